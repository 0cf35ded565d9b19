#include "hub/audit/recovery.hpp"

#include "base/log.hpp"

namespace vedette::hub::audit {

namespace fs = std::filesystem;

namespace {

// How many of the newest signed entries a start compares with the rows; vedette audit verify compares all.
constexpr std::uint64_t compared_at_start = 1024;
constexpr std::size_t restore_batch = 256;

Result<> set_aside(const fs::path& path, UtcTime now) {
    fs::path to = path;
    to += fmt::format(".damaged-{}", to_unix_seconds(now));
    std::error_code error;
    fs::rename(path, to, error);
    if (error) return fail_errno(error.value(), to.string());
    log::error("the audit log: {} is damaged and was set aside as {}", path.string(), to.string());
    return {};
}

class LogRecovery {
  public:
    LogRecovery(const Layout& layout, const Signing& signing, const PersonalSealer& sealer,
                OrganisationId organisation, UtcTime now)
        : layout_(layout), signing_(signing), sealer_(sealer), organisation_(organisation), now_(now) {}

    Result<Opened> run() {
        std::error_code error;
        fs::create_directories(layout_.folder(), error);
        if (!error) fs::permissions(layout_.folder(), fs::perms::owner_all, error);
        if (error) return fail_errno(error.value(), layout_.folder().string());
        VEDETTE_TRY(Book book, open_book());
        VEDETTE_TRY(crypto::TileLog tree, open_tree(book));
        VEDETTE_CHECK(restore_rows(book, tree));
        VEDETTE_CHECK(compare_newest(book, tree));
        VEDETTE_CHECK(sign_rows(book, tree));
        VEDETTE_CHECK(try_names(book));
        return Opened{std::move(book), std::move(tree), std::move(alarms_)};
    }

  private:
    void alarm(std::string_view reason, std::string text) {
        log::error("the audit log: {}", text);
        alarms_.push_back({reason, std::move(text)});
    }

    Result<Book> open_book() {
        auto book = Book::open(layout_.database(), store::Access::read_write_create);
        if (book || book.error().kind != ErrorKind::corrupt) return book;
        VEDETTE_CHECK(set_aside(layout_.database(), now_));
        for (const char* companion : {"-wal", "-shm"}) {
            std::error_code ignored;
            fs::path path = layout_.database();
            fs::remove(path += companion, ignored);
        }
        alarm("database_damaged", "audit.db was damaged and set aside: " + book.error().message);
        return Book::open(layout_.database(), store::Access::read_write_create);
    }

    Result<crypto::TileLog> open_tree(Book& book) {
        const bool there_was_one = fs::exists(layout_.tree());
        auto tree = crypto::TileLog::open(layout_.tree(), signing_.origin, signing_.signer);
        if (tree) {
            VEDETTE_TRY(const std::uint64_t rows, book.end());
            if (!there_was_one && rows > 0)
                alarm("tree_missing",
                      fmt::format("the signed tree was gone: nothing proves that entries 0 to {} are those "
                                  "that were signed",
                                  rows - 1));
            return tree;
        }
        if (tree.error().kind != ErrorKind::corrupt && tree.error().kind != ErrorKind::not_found) return tree;
        VEDETTE_CHECK(set_aside(layout_.tree(), now_));
        alarm("tree_damaged",
              fmt::format("the signed tree was damaged ({}) and a new one was begun", tree.error().message));
        return crypto::TileLog::open(layout_.tree(), signing_.origin, signing_.signer);
    }

    // Rows that the tree has and the database has not. Their personal parts are lost.
    Result<> restore_rows(Book& book, const crypto::TileLog& tree) {
        VEDETTE_TRY(const std::uint64_t end, book.end());
        VEDETTE_TRY(const std::uint64_t count, book.count());
        const std::uint64_t size = tree.published().size;
        if (end >= size && count == end) return {};
        std::vector<std::uint64_t> missing;
        std::uint64_t next = 0;
        VEDETTE_CHECK(book.for_each(0, end, [&](const Row& row) -> Result<> {
            for (; next < row.sequence; ++next)
                if (next < size) missing.push_back(next);
            ++next;
            return {};
        }));
        for (; next < size; ++next) missing.push_back(next);
        std::vector<Row> batch;
        std::uint64_t restored = 0;
        const crypto::TileLogReader reader(layout_.tree());
        for (const std::uint64_t sequence : missing) {
            VEDETTE_CHECK(reader.entries(sequence, sequence + 1, [&](std::uint64_t, ByteView leaf) {
                batch.push_back({sequence, Bytes(leaf.begin(), leaf.end())});
                return Result<>();
            }));
            if (batch.size() < restore_batch && sequence != missing.back()) continue;
            VEDETTE_CHECK(book.add(batch));
            restored += batch.size();
            batch.clear();
        }
        VEDETTE_CHECK(book.add(batch));
        restored += batch.size();
        if (!missing.empty())
            alarm("rows_missing",
                  fmt::format("{} entries, the first of them {}, were missing from the database; {} were "
                              "restored from the signed tree, without what tells of people",
                              missing.size(), missing.front(), restored));
        return {};
    }

    Result<> compare_newest(Book& book, const crypto::TileLog& tree) {
        const std::uint64_t size = tree.published().size;
        const std::uint64_t from = size > compared_at_start ? size - compared_at_start : 0;
        std::map<std::uint64_t, crypto::Sha256Digest> rows;
        VEDETTE_CHECK(book.for_each(from, size, [&](const Row& row) -> Result<> {
            rows[row.sequence] = crypto::merkle_leaf_hash(row.leaf);
            return {};
        }));
        std::optional<std::uint64_t> first;
        std::uint64_t count = 0;
        const crypto::TileLogReader reader(layout_.tree());
        VEDETTE_CHECK(reader.entries(from, size, [&](std::uint64_t index, ByteView leaf) -> Result<> {
            const auto row = rows.find(index);
            if (row != rows.end() && row->second == crypto::merkle_leaf_hash(leaf)) return {};
            if (!first) first = index;
            ++count;
            return {};
        }));
        if (first)
            alarm("rows_differ", fmt::format("{} entries, the first of them {}, are not as they were signed; "
                                             "run vedette audit verify",
                                             count, *first));
        return {};
    }

    // A crash between the row and the checkpoint: nobody was told that it was written, and it is true.
    Result<> sign_rows(Book& book, crypto::TileLog& tree) {
        VEDETTE_TRY(const std::uint64_t end, book.end());
        if (end == tree.size()) return {};
        std::vector<Row> filled;
        VEDETTE_CHECK(book.for_each(tree.size(), end, [&](const Row& row) -> Result<> {
            while (tree.size() < row.sequence) {
                const std::uint64_t sequence = tree.size();
                filled.push_back({sequence, placeholder(sequence)});
                tree.append(filled.back().leaf);
            }
            // A leaf of ours is never too large; the row then differs from what is signed, as it should.
            tree.append(row.leaf.size() <= crypto::max_log_entry_size ? row.leaf : placeholder(row.sequence));
            return {};
        }));
        if (!filled.empty()) {
            VEDETTE_CHECK(book.add(filled));
            alarm("rows_missing",
                  fmt::format("{} entries that had not been signed yet are missing, the first "
                              "of them {}",
                              filled.size(), filled.front().sequence));
        }
        return tree.publish();
    }

    // In the place of an entry of which nothing is left.
    Bytes placeholder(std::uint64_t sequence) const {
        Leaf leaf{.sequence = sequence, .facts = {}, .commitment = {}};
        leaf.facts.kind = Kind::alarm;
        leaf.facts.time = now_;
        leaf.facts.organisation = organisation_;
        leaf.facts.who = Who::system;
        leaf.facts.action = alarm_action;
        leaf.facts.reason = "row_missing";
        return write_leaf(leaf);
    }

    Result<> try_names(Book& book) {
        VEDETTE_TRY(const auto row, book.last_with_personal());
        if (row && !sealer_.unseal(*row))
            alarm(
                "names_unreadable",
                fmt::format("the names of entry {} and others can't be read: hub/data.key or hub/audit.days "
                            "is not what they were sealed with",
                            row->sequence));
        return {};
    }

    const Layout& layout_;
    const Signing& signing_;
    const PersonalSealer& sealer_;
    const OrganisationId organisation_;
    const UtcTime now_;
    std::vector<Alarm> alarms_;
};

}  // namespace

Result<Opened> open_log(const Layout& layout, const Signing& signing, const PersonalSealer& sealer,
                        OrganisationId organisation, UtcTime now) {
    return LogRecovery(layout, signing, sealer, organisation, now).run();
}

}  // namespace vedette::hub::audit
