#pragma once

#include <string_view>

#include "store/database.hpp"

namespace vedette::hub::identity {

/// Calls `body` with each row of a query.
template <class Body, class... Args>
Result<> for_each_row(store::Database& database, std::string_view sql, Body body, const Args&... args) {
    VEDETTE_TRY(store::Statement row, database.prepare(sql));
    row.bind_all(args...);
    for (;;) {
        VEDETTE_TRY(const bool more, row.step());
        if (!more) return {};
        body(row);
    }
}

}  // namespace vedette::hub::identity
