#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "hub/api/audit_input.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_audit.hpp"
#include "hub/api/json_output.hpp"
#include "hub/audit/cef.hpp"

namespace vedette::hub::api {

namespace {

/// Entries of one piece of an export.
constexpr std::size_t export_page = 500;

// Reads a page when the last one is sent, so that a long log takes no more memory than a short one.
class AuditExport final : public net::BodySource {
  public:
    AuditExport(std::shared_ptr<audit::AuditLog> log, audit::Query query, AuditFormat format,
                std::string version)
        : log_(std::move(log)), query_(std::move(query)), format_(format), version_(std::move(version)) {
        query_.limit = export_page;
    }
    net::Awaitable<Result<SharedBytes>> next() override {
        const audit::Query query = query_;
        const auto entries = co_await log_->page(query, next_);
        if (!entries) co_return std::unexpected(entries.error());
        if (entries->empty()) co_return SharedBytes();
        next_ = entries->back().leaf.sequence + 1;
        std::string text;
        for (const audit::Listed& entry : *entries)
            text += format_ == AuditFormat::cef ? audit::to_cef(entry, version_)
                                                : boost::json::serialize(to_json(entry)) + "\n";
        const ByteView view = as_bytes(text);
        co_return std::make_shared<const Bytes>(view.begin(), view.end());
    }

  private:
    std::shared_ptr<audit::AuditLog> log_;
    audit::Query query_;
    AuditFormat format_;
    std::string version_;
    std::uint64_t next_ = 0;
};

}  // namespace

net::Awaitable<Outcome<>> list_audit(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(audit::Query query, read_audit_query(call.request, call.granted.object().organisation));
    const std::size_t limit = query.limit++;
    auto entries = co_await services->recorder.log()->list(std::move(query));
    if (!entries) co_return std::unexpected(Problem(entries.error()));
    const bool more = entries->size() > limit;
    if (more) entries->resize(limit);
    boost::json::array list;
    for (const audit::ListedWithResult& entry : *entries) list.push_back(to_json(entry));
    const boost::json::object document{{"entries", std::move(list)}, {"more", more}};
    co_return json_response(200, document);
}

net::Awaitable<Outcome<>> export_audit(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(audit::Query query, read_audit_query(call.request, call.granted.object().organisation));
    VEDETTE_CO_TRY(const AuditFormat format, read_audit_format(call.request));
    const bool cef = format == AuditFormat::cef;
    std::string now = to_rfc3339(services->clock->utc_now());
    std::erase(now, ':');
    const std::string name = fmt::format("vedette-audit-{}.{}", now, cef ? "cef" : "jsonl");
    net::Response response{
        .status = 200,
        .headers = {{"Content-Type", cef ? "text/plain; charset=utf-8" : "application/jsonl"},
                    {"Content-Disposition", fmt::format("attachment; filename=\"{}\"", name)}},
        .body = std::make_unique<AuditExport>(services->recorder.log(), std::move(query), format,
                                              services->version),
        .upgrade = {}};
    co_return response;
}

}  // namespace vedette::hub::api
