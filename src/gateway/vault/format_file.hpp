#pragma once
// The file `format` of the data directory: which program may work on it.

#include "gateway/vault/layout.hpp"

namespace vedette::vault {

/// Reads `format`. not_found: there is none; unsupported: a newer program made the directory; corrupt: it
/// says no number that ever was one; forbidden: this user may not read it. Each with a sentence for the
/// operator.
Result<> check_format(const Layout& layout);

/// Writes the format of a new store. A program that knows no records of version 2 can open it.
Result<> write_format(const Layout& layout);
inline constexpr unsigned format_with_fetched = 2;
inline constexpr unsigned format_with_statements = 3;
inline constexpr unsigned format_with_slots = 4;
inline constexpr unsigned format_with_marks = 5;   ///< records of version 4, statements about signing keys
inline constexpr unsigned format_with_places = 5;  ///< recordings on further disks
inline constexpr unsigned format_with_events = 6;  ///< starts of the recorder, steps of its clock
inline constexpr unsigned newest_format = format_with_events;
/// To be called before the first record of such a version (4: before the table of key slots) is written, so
/// that older programs refuse the store with a sentence. Never lowers it.
Result<> raise_format(const Layout& layout, unsigned format);
/// 0 when it can't be told.
unsigned read_format(const Layout& layout);

}  // namespace vedette::vault
