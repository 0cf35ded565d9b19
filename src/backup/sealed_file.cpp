#include "backup/sealed_file.hpp"

namespace vedette::backup {

namespace {
constexpr std::size_t sealed_block_size = crypto::cobblestone_sealed_size(block_size);
}

Bytes block_context(ByteView header, std::uint64_t number, bool is_last) {
    ByteWriter writer;
    writer.text("vedette backup block").u8(0).bytes(header).u64(number).u8(is_last ? 1 : 0);
    return std::move(writer).finish();
}

SealedWriter::SealedWriter(const File& file, const Secret& key, Bytes header)
    : file_(file), key_(key), header_(std::move(header)) {
    plain_.reserve(block_size);
}

Result<> SealedWriter::write(ByteView bytes) {
    while (!bytes.empty()) {
        if (plain_.size() == block_size) VEDETTE_CHECK(seal(false));
        const ByteView part = bytes.first(std::min(bytes.size(), block_size - plain_.size()));
        plain_.insert(plain_.end(), part.begin(), part.end());
        bytes = bytes.subspan(part.size());
    }
    return {};
}

Result<> SealedWriter::finish() {
    return seal(true);
}

Result<> SealedWriter::seal(bool is_last) {
    sealed_.resize(crypto::cobblestone_sealed_size(plain_.size()));
    const std::array pieces{ByteView(plain_)};
    sealer_.seal(key_, block_context(header_, number_++, is_last), pieces, sealed_);
    plain_.clear();
    return file_.write(sealed_);
}

SealedReader::SealedReader(const File& file, const Secret& key, Bytes header)
    : file_(file), key_(key), header_(std::move(header)), offset_(header_.size()) {}

Result<std::size_t> SealedReader::read(std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size()) {
        if (used_ == plain_.size()) {
            if (is_last_) break;
            VEDETTE_CHECK(open_next());
            continue;
        }
        const std::size_t part = std::min(out.size() - done, plain_.size() - used_);
        std::ranges::copy(ByteView(plain_).subspan(used_, part), out.subspan(done).begin());
        used_ += part;
        done += part;
    }
    return done;
}

Result<> SealedReader::open_next() {
    VEDETTE_TRY(const std::uint64_t size, file_.size());
    const std::uint64_t left = size > offset_ ? size - offset_ : 0;
    is_last_ = left <= sealed_block_size;
    Bytes sealed(static_cast<std::size_t>(std::min<std::uint64_t>(left, sealed_block_size)));
    VEDETTE_TRY(const std::size_t got, file_.read_at(offset_, sealed));
    const auto plain = [&]() -> Result<Bytes> {
        if (got != sealed.size()) return fail(ErrorKind::corrupt, "it became shorter");
        VEDETTE_TRY(auto opener, crypto::CobblestoneOpener::start(
                                     key_, block_context(header_, number_, is_last_), sealed));
        return opener.read_all();
    }();
    if (!plain)
        return fail(ErrorKind::corrupt,
                    "it was changed, damaged or cut off: bytes {} to {} are not what was written", offset_,
                    offset_ + sealed.size());
    wipe(plain_);
    plain_ = *plain;
    used_ = 0;
    offset_ += sealed.size();
    ++number_;
    return {};
}

}  // namespace vedette::backup
