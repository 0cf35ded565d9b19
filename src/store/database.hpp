#pragma once
// A thin layer over SQLite's C API: ownership, types and errors, no SQL of its own. Blocking: never on an
// event loop. One Database belongs to one thread at a time; threads that share a file open it each.

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace vedette::store {

/// SQL that takes the schema from version i to i + 1, where i is its place in the list. Never edited once
/// released: a new step is appended.
using Migration = std::string_view;

/// A function that migrations call, and nothing afterwards, for what SQL can't make of a column. Arguments
/// are bytes (of a text: UTF-8; of NULL: none), and so is what it gives.
struct Function {
    std::string name;
    int arguments = 0;
    std::function<Bytes(std::span<const ByteView>)> body;
};

enum class Access { read_write_create, read_write, read_only };

/// A prepared statement on loan from its Database; reset when it goes. Columns count from 0, parameters
/// from 1, as in SQLite.
class Statement {
  public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    ~Statement();

    Statement& bind(int parameter, std::int64_t value);
    Statement& bind(int parameter, double value);
    Statement& bind(int parameter, std::string_view value);
    Statement& bind(int parameter, ByteView value);
    Statement& bind(int parameter, std::nullopt_t);
    template <std::integral T>
    Statement& bind(int parameter, T value) {
        return bind(parameter, static_cast<std::int64_t>(value));
    }
    Statement& bind(int parameter, const char* value) { return bind(parameter, std::string_view(value)); }
    Statement& bind(int parameter, const std::string& value) {
        return bind(parameter, std::string_view(value));
    }
    Statement& bind(int parameter, const Bytes& value) { return bind(parameter, ByteView(value)); }
    template <class T>
    Statement& bind(int parameter, const std::optional<T>& value) {
        return value ? bind(parameter, *value) : bind(parameter, std::nullopt);
    }
    /// Parameters 1, 2, ... in order.
    template <class... Args>
    Statement& bind_all(const Args&... args) {
        int parameter = 0;
        (bind(++parameter, args), ...);
        return *this;
    }

    /// True: a row is there. False: done. A failed bind is reported here as well.
    Result<bool> step();

    std::int64_t int64(int column) const;
    double real(int column) const;
    /// Valid until the next step().
    std::string_view text(int column) const;
    ByteView blob(int column) const;
    bool is_null(int column) const;

  private:
    friend class Database;
    Statement(class Database& database, sqlite3_stmt* handle) : database_(&database), handle_(handle) {}
    void note(int code);
    void release();

    Database* database_;
    sqlite3_stmt* handle_;
    int bind_failure_ = 0;
};

class Database {
  public:
    /// Opens `path` in WAL mode with foreign keys on, and brings its schema up to migrations.size(). Errors:
    /// unsupported when a newer program made it, corrupt when it is no database or damaged, others as the
    /// operating system says. Read-only opening needs the schema to be current.
    static Result<Database> open(const std::filesystem::path& path, std::span<const Migration> migrations,
                                 Access access = Access::read_write_create,
                                 std::span<const Function> functions = {});
    /// For copying: read-only, whatever schema it has. Works beside a program that writes to it.
    static Result<Database> open_any(const std::filesystem::path& path);
    /// The same, and holds what it sees at this moment until it goes: for copy().
    static Result<Database> open_snapshot(const std::filesystem::path& path);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// The whole database as one moment saw it, in the form of a database file, within the transaction that
    /// is open (open_snapshot(), or BEGIN and a SELECT). Checks it first; corrupt when it is damaged.
    Result<Bytes> copy();

    /// From the cache of prepared statements where it was used before.
    Result<Statement> prepare(std::string_view sql);

    /// Prepares, binds and steps to the end; rows are ignored.
    template <class... Args>
    Result<> run(std::string_view sql, const Args&... args) {
        VEDETTE_TRY(Statement statement, prepare(sql));
        statement.bind_all(args...);
        for (;;) {
            VEDETTE_TRY(const bool row, statement.step());
            if (!row) return {};
        }
    }
    /// The first column of the first row, or nullopt.
    template <class... Args>
    Result<std::optional<std::int64_t>> query_int64(std::string_view sql, const Args&... args) {
        VEDETTE_TRY(Statement statement, prepare(sql));
        statement.bind_all(args...);
        VEDETTE_TRY(const bool row, statement.step());
        if (!row || statement.is_null(0)) return std::nullopt;
        return statement.int64(0);
    }
    /// Several statements without parameters.
    Result<> execute(const std::string& sql);
    /// Writes the file anew when a migration has left a row in its table `rewriting (owed INTEGER)`, so that
    /// nothing of what it took out is left, also not in the write-ahead log. Errors: unavailable while
    /// another process reads; it is owed until it was done.
    Result<> rewrite_if_owed();

    std::int64_t last_insert_rowid() const;
    /// Rows changed by the last INSERT, UPDATE or DELETE.
    std::int64_t changes() const;
    const std::filesystem::path& path() const { return path_; }

  private:
    friend class Statement;
    friend Result<> check_copy(ByteView bytes, std::string_view name);
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const;
    };
    struct Cached {
        std::unique_ptr<sqlite3_stmt, Finalize> handle;
    };

    Database(std::filesystem::path path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}
    Result<> quick_check();
    Result<> add_function(const Function& function);
    Result<> remove_function(const Function& function);
    Result<> migrate(std::span<const Migration> migrations, Access access);
    std::unexpected<Error> failure(int code) const;

    std::filesystem::path path_;
    std::unique_ptr<sqlite3, Close> handle_;
    // Idle statements by their SQL; one that is in use is not in here, so the same SQL can nest.
    std::multimap<std::string, Cached, std::less<>> idle_;
};

/// Whether the bytes are a whole and sound database file, as Database::copy() gives it; corrupt otherwise,
/// with a message about `name`.
Result<> check_copy(ByteView bytes, std::string_view name);

/// BEGIN IMMEDIATE at start; rolls back when it goes without commit().
class Transaction {
  public:
    static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    Result<> commit();

  private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

}  // namespace vedette::store
