#include "store/database.hpp"

#include <cstdlib>
#include <utility>
#include <vector>

#include <sqlite3.h>

namespace vedette::store {

namespace {

constexpr int busy_timeout_ms = 5000;
constexpr std::size_t write_ahead_at = 18;  // sqlite.org/fileformat.html, "File format version numbers"

ErrorKind kind_of(int code) {
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorKind::corrupt;
        case SQLITE_FULL:
        case SQLITE_NOMEM:
            return ErrorKind::exhausted;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorKind::unavailable;
        case SQLITE_CONSTRAINT:
            return ErrorKind::conflict;
        case SQLITE_CANTOPEN:
            return ErrorKind::not_found;
        case SQLITE_PERM:
        case SQLITE_READONLY:
            return ErrorKind::forbidden;
        default:
            return ErrorKind::internal;
    }
}

std::string_view sentence(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::corrupt:
            return "is damaged";
        case ErrorKind::exhausted:
            return "can't be written, the disk is full";
        case ErrorKind::unavailable:
            return "is locked by another process";
        case ErrorKind::not_found:
            return "can't be opened";
        case ErrorKind::forbidden:
            return "can't be written, it is read-only";
        default:
            return "gave an error";
    }
}

}  // namespace

// ---------------------------------------------------------------------------------------------- Statement

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      handle_(std::exchange(other.handle_, nullptr)),
      bind_failure_(other.bind_failure_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
    if (this != &other) {
        release();
        database_ = other.database_;
        handle_ = std::exchange(other.handle_, nullptr);
        bind_failure_ = other.bind_failure_;
    }
    return *this;
}

Statement::~Statement() {
    release();
}

void Statement::release() {
    if (handle_ == nullptr) return;
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
    database_->idle_.emplace(sqlite3_sql(handle_),
                             Database::Cached{std::unique_ptr<sqlite3_stmt, Database::Finalize>(handle_)});
    handle_ = nullptr;
}

void Statement::note(int code) {
    if (code != SQLITE_OK && bind_failure_ == SQLITE_OK) bind_failure_ = code;
}

Statement& Statement::bind(int parameter, std::int64_t value) {
    note(sqlite3_bind_int64(handle_, parameter, value));
    return *this;
}
Statement& Statement::bind(int parameter, double value) {
    note(sqlite3_bind_double(handle_, parameter, value));
    return *this;
}
Statement& Statement::bind(int parameter, std::string_view value) {
    // A null pointer would bind NULL instead of the empty text.
    note(sqlite3_bind_text64(handle_, parameter, value.data() != nullptr ? value.data() : "", value.size(),
                             SQLITE_TRANSIENT, SQLITE_UTF8));
    return *this;
}
Statement& Statement::bind(int parameter, ByteView value) {
    note(value.empty()
             ? sqlite3_bind_zeroblob(handle_, parameter, 0)
             : sqlite3_bind_blob64(handle_, parameter, value.data(), value.size(), SQLITE_TRANSIENT));
    return *this;
}
Statement& Statement::bind(int parameter, std::nullopt_t) {
    note(sqlite3_bind_null(handle_, parameter));
    return *this;
}

Result<bool> Statement::step() {
    if (bind_failure_ != SQLITE_OK) return database_->failure(bind_failure_);
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    auto error = database_->failure(code);
    sqlite3_reset(handle_);
    return error;
}

std::int64_t Statement::int64(int column) const {
    return sqlite3_column_int64(handle_, column);
}
double Statement::real(int column) const {
    return sqlite3_column_double(handle_, column);
}
std::string_view Statement::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    return data == nullptr
               ? std::string_view()
               : std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
}
ByteView Statement::blob(int column) const {
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(handle_, column));
    return data == nullptr ? ByteView()
                           : ByteView(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
}
bool Statement::is_null(int column) const {
    return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

// ----------------------------------------------------------------------------------------------- Database

void Database::Close::operator()(sqlite3* handle) const {
    sqlite3_close(handle);
}
void Database::Finalize::operator()(sqlite3_stmt* handle) const {
    sqlite3_finalize(handle);
}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&& other) noexcept {
    idle_ = std::move(other.idle_);  // statements go before the connection that they belong to
    path_ = std::move(other.path_);
    handle_ = std::move(other.handle_);
    return *this;
}
Database::~Database() = default;

std::unexpected<Error> Database::failure(int code) const {
    const ErrorKind kind = kind_of(code);
    return fail(kind, "database {} {}: {}", path_.string(), sentence(kind),
                handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code));
}

Result<Database> Database::open(const std::filesystem::path& path, std::span<const Migration> migrations,
                                Access access, std::span<const Function> functions) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (access == Access::read_write_create) flags |= SQLITE_OPEN_CREATE;
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    Database database(path, handle);
    if (code != SQLITE_OK) return database.failure(code);

    sqlite3_busy_timeout(handle, busy_timeout_ms);
    if (access != Access::read_only)
        VEDETTE_CHECK(database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"));
    VEDETTE_CHECK(database.execute("PRAGMA foreign_keys=ON;"));
    for (const Function& function : functions) VEDETTE_CHECK(database.add_function(function));
    VEDETTE_CHECK(database.migrate(migrations, access));
    for (const Function& function : functions) VEDETTE_CHECK(database.remove_function(function));
    return database;
}

Result<> Database::remove_function(const Function& function) {
    const int code = sqlite3_create_function_v2(handle_.get(), function.name.c_str(), function.arguments,
                                                SQLITE_UTF8, nullptr, nullptr, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(code);
    return {};
}

Result<> Database::add_function(const Function& function) {
    const auto call = [](sqlite3_context* context, int count, sqlite3_value** values) {
        const auto* called = static_cast<const Function*>(sqlite3_user_data(context));
        std::vector<ByteView> arguments;
        for (sqlite3_value* value : std::span(values, static_cast<std::size_t>(count))) {
            const auto* bytes = static_cast<const std::byte*>(sqlite3_value_blob(value));
            arguments.emplace_back(bytes, static_cast<std::size_t>(sqlite3_value_bytes(value)));
        }
        const Bytes result = called->body(arguments);
        sqlite3_result_blob64(context, result.data(), result.size(), SQLITE_TRANSIENT);
    };
    const int code = sqlite3_create_function_v2(
        handle_.get(), function.name.c_str(), function.arguments, SQLITE_UTF8 | SQLITE_DIRECTONLY,
        const_cast<Function*>(&function), call, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(code);
    return {};
}

Result<> Database::rewrite_if_owed() {
    VEDETTE_TRY(const auto owed, query_int64("SELECT max(owed) FROM rewriting"));
    if (owed.value_or(0) == 0) return {};
    // In memory: what it sorts meanwhile lies in no other file.
    VEDETTE_CHECK(execute("PRAGMA temp_store=MEMORY; VACUUM;"));
    const auto empty_log = [this]() -> Result<> {
        VEDETTE_TRY(const auto busy, query_int64("PRAGMA wal_checkpoint(TRUNCATE)"));
        if (busy.value_or(1) == 0) return {};
        return fail(ErrorKind::unavailable, "database {} is read by another process", path_.string());
    };
    VEDETTE_CHECK(empty_log());
    return run("UPDATE rewriting SET owed = 0");
}

Result<Database> Database::open_any(const std::filesystem::path& path) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(
        path.c_str(), &handle, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READONLY, nullptr);
    Database database(path, handle);
    if (code != SQLITE_OK) return database.failure(code);
    sqlite3_busy_timeout(handle, busy_timeout_ms);
    return database;
}

Result<Database> Database::open_snapshot(const std::filesystem::path& path) {
    VEDETTE_TRY(Database database, open_any(path));
    // A transaction sees from its first SELECT on.
    VEDETTE_CHECK(database.execute("BEGIN; SELECT count(*) FROM sqlite_schema;"));
    return database;
}

Result<> Database::quick_check() {
    VEDETTE_TRY(Statement row, prepare("PRAGMA quick_check(1)"));
    VEDETTE_TRY(const bool found, row.step());
    if (found && row.text(0) == "ok") return {};
    return fail(ErrorKind::corrupt, "database {} is damaged: {}", path_.string(), row.text(0));
}

Result<Bytes> Database::copy() {
    VEDETTE_CHECK(quick_check());
    sqlite3_int64 size = 0;
    const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> bytes(
        sqlite3_serialize(handle_.get(), "main", &size, 0), &sqlite3_free);
    if (!bytes) return failure(SQLITE_NOMEM);
    const auto view = std::as_bytes(std::span(bytes.get(), static_cast<std::size_t>(size)));
    Bytes copy(view.begin(), view.end());
    // It needs no write-ahead log: 1, not 2, as the version that reads and writes it. Opening it for writing
    // brings the log back.
    if (copy.size() > write_ahead_at + 1) copy[write_ahead_at] = copy[write_ahead_at + 1] = std::byte{1};
    return copy;
}

Result<> check_copy(ByteView bytes, std::string_view name) {
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, nullptr);
    Database database(std::filesystem::path(name), handle);
    if (code != SQLITE_OK) return database.failure(code);
    // SQLite does not write to what is deserialised read-only.
    auto* const data = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(bytes.data()));
    const auto size = static_cast<sqlite3_int64>(bytes.size());
    const int loaded = sqlite3_deserialize(handle, "main", data, size, size, SQLITE_DESERIALIZE_READONLY);
    if (loaded != SQLITE_OK) return database.failure(loaded);
    return database.quick_check();
}

Result<> Database::migrate(std::span<const Migration> migrations, Access access) {
    const auto newest = static_cast<std::int64_t>(migrations.size());
    VEDETTE_TRY(const auto current, query_int64("PRAGMA user_version"));
    std::int64_t version = current.value_or(0);
    if (version > newest)
        return fail(ErrorKind::unsupported,
                    "database {} has format {}, and this program knows formats up to {}: use the newer "
                    "vedette that wrote it",
                    path_.string(), version, newest);
    if (version < newest && access == Access::read_only)
        return fail(ErrorKind::unsupported, "database {} has format {} and must first be brought to {}",
                    path_.string(), version, newest);
    for (; version < newest; ++version) {
        VEDETTE_TRY(Transaction transaction, Transaction::begin(*this));
        VEDETTE_CHECK(execute(std::string(migrations[static_cast<std::size_t>(version)])));
        VEDETTE_CHECK(execute(fmt::format("PRAGMA user_version={}", version + 1)));
        VEDETTE_CHECK(transaction.commit());
    }
    return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
    if (const auto cached = idle_.find(sql); cached != idle_.end()) {
        sqlite3_stmt* handle = cached->second.handle.release();
        idle_.erase(cached);
        return Statement(*this, handle);
    }
    sqlite3_stmt* handle = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    if (code != SQLITE_OK) return failure(code);
    return Statement(*this, handle);
}

Result<> Database::execute(const std::string& sql) {
    const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(code);
    return {};
}

std::int64_t Database::last_insert_rowid() const {
    return sqlite3_last_insert_rowid(handle_.get());
}
std::int64_t Database::changes() const {
    return sqlite3_changes64(handle_.get());
}

// -------------------------------------------------------------------------------------------- Transaction

Result<Transaction> Transaction::begin(Database& database) {
    VEDETTE_CHECK(database.run("BEGIN IMMEDIATE"));
    return Transaction(database);
}

Transaction::~Transaction() {
    if (database_ != nullptr) (void)database_->run("ROLLBACK");
}

Result<> Transaction::commit() {
    VEDETTE_CHECK(database_->run("COMMIT"));
    database_ = nullptr;
    return {};
}

}  // namespace vedette::store
