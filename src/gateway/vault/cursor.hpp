#pragma once

#include "gateway/vault/catalogue.hpp"
#include "gateway/vault/index.hpp"
#include "gateway/vault/keys.hpp"
#include "gateway/vault/segment_file.hpp"
#include "gateway/vault/vault.hpp"

namespace vedette::vault {

/// What readers need of the vault.
struct ReadParts {
    const Layout* layout;
    KeyStore* keys;
    const Index* index;
    const Catalogue* catalogue;
};

struct Cursor::Impl {
    ReadParts parts;
    StreamKey stream;
    UtcTime from;
    std::uint64_t next_sequence = 0;
    bool positioned = false;

    std::optional<SegmentInfo> segment;     ///< the one that next_sequence was last found in
    File file;                              ///< of `segment`
    std::optional<std::uint64_t> init_run;  ///< the run whose init was given last
    std::optional<PlayItem> waiting;

    Result<std::optional<PlayItem>> next();

  private:
    Result<bool> position();
    Result<bool> find_segment();
    Result<> open_file();
    Result<Bytes> read_sealed(const RecordRow& row, RecordHeader& header);
    Result<PlayItem> play(const RecordRow& row);
};

Result<Recordings> find_recordings(const ReadParts& parts, StreamKey stream, UtcInterval interval);

}  // namespace vedette::vault
