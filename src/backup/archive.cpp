#include "backup/archive.hpp"

#include <fcntl.h>

#include "backup/content_check.hpp"
#include "backup/sealed_file.hpp"
#include "keystore/provider.hpp"

namespace vedette::backup {

namespace fs = std::filesystem;

namespace {

std::unexpected<Error> about(const fs::path& file, Error error) {
    error.message = fmt::format("{}: {}", file.string(), error.message);
    return std::unexpected(std::move(error));
}

}  // namespace

Result<Archive> Archive::open_header(const fs::path& path) {
    Archive archive;
    archive.path_ = path;
    VEDETTE_TRY(archive.file_, File::open(path, O_RDONLY));
    Bytes head(Header::size);
    VEDETTE_TRY(const std::size_t got, archive.file_.read_at(0, head));
    head.resize(got);
    auto header = Header::parse(head);
    if (!header) return about(path, header.error());
    archive.header_ = *header;
    return archive;
}

Result<Archive> Archive::open(const fs::path& path, keystore::Secrets& secrets) {
    VEDETTE_TRY(Archive archive, open_header(path));
    VEDETTE_TRY(const Secret passphrase, secrets.ask({.text = "Passphrase of the backup",
                                                      .credentials = {"vedette.backup-passphrase"}}));
    auto key = archive.header_.open(passphrase);
    if (!key) return about(path, key.error());
    archive.key_ = std::move(*key);
    return archive;
}

Result<Archive> Archive::open(const fs::path& path, Secret key) {
    VEDETTE_TRY(Archive archive, open_header(path));
    archive.key_ = std::move(key);
    return archive;
}

Result<Contents> Archive::read(Receiver* receiver) const {
    auto contents = read_all(receiver);
    if (!contents && contents.error().kind == ErrorKind::corrupt) return about(path_, contents.error());
    return contents;
}

Result<Contents> Archive::read_all(Receiver* receiver) const {
    SealedReader sealed(file_, key_, header_.print());
    PartReader parts([&](std::span<std::byte> out) { return sealed.read(out); });
    ContentCheck check;
    Contents contents{.made_at = header_.made_at};
    Bytes buffer(256 * 1024);
    for (;;) {
        VEDETTE_TRY(const std::optional<Part> part, parts.next());
        if (!part) break;
        if (part->is_folder) {
            if (receiver != nullptr) VEDETTE_CHECK(receiver->folder(*part));
            continue;
        }
        check.begin(*part);
        if (receiver != nullptr) VEDETTE_CHECK(receiver->begin_file(*part));
        for (;;) {
            VEDETTE_TRY(const std::size_t got, parts.read(buffer));
            if (got == 0) break;
            const ByteView bytes = ByteView(buffer).first(got);
            check.take(bytes);
            if (receiver != nullptr) VEDETTE_CHECK(receiver->write(bytes));
        }
        VEDETTE_CHECK(check.end());
        if (receiver != nullptr) VEDETTE_CHECK(receiver->end_file());
        ++contents.files;
    }
    wipe(buffer);
    VEDETTE_TRY(contents.file_size, file_.size());
    contents.databases = check.databases();
    const auto entries = check.log_entries();
    if (entries)
        contents.log_entries = *entries;
    else
        contents.log_fault = entries.error().message;
    return contents;
}

}  // namespace vedette::backup
