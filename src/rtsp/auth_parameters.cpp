#include "rtsp/auth_parameters.hpp"

#include "rtsp/auth.hpp"
#include "rtsp/text.hpp"

namespace vedette::rtsp {

namespace {

class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    void skip_separators() {
        const std::size_t at = rest_.find_first_not_of(" \t,;");
        rest_ = at == std::string_view::npos ? std::string_view{} : rest_.substr(at);
    }
    void skip_blanks() {
        const std::size_t at = rest_.find_first_not_of(" \t");
        rest_ = at == std::string_view::npos ? std::string_view{} : rest_.substr(at);
    }
    std::string_view token() {
        const std::size_t end = rest_.find_first_of(" \t,;=\"");
        const std::string_view found = rest_.substr(0, end);
        rest_ = rest_.substr(found.size());
        return found;
    }
    bool accept(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// After the opening quote; an unclosed string ends with the text.
    std::string quoted() {
        std::string out;
        while (!rest_.empty()) {
            char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"') break;
            if (c == '\\' && !rest_.empty()) {
                c = rest_.front();
                rest_.remove_prefix(1);
            }
            out += c;
        }
        return out;
    }
    bool at_end() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

}  // namespace

std::optional<std::string> AuthHeader::get(std::string_view name) const {
    for (const auto& [key, value] : parameters)
        if (equal_ignoring_case(key, name)) return value;
    return std::nullopt;
}

std::vector<AuthHeader> parse_auth_headers(std::string_view value) {
    std::vector<AuthHeader> headers;
    Scanner scanner(value);
    while (true) {
        scanner.skip_separators();
        if (scanner.at_end()) return headers;
        const std::string_view token = scanner.token();
        if (token.empty()) {  // a stray "=" or quote
            if (scanner.accept('"')) scanner.quoted();
            scanner.accept('=');
            continue;
        }
        scanner.skip_blanks();
        if (!scanner.accept('=')) {
            if (headers.size() == max_challenges) return headers;
            headers.push_back({.scheme = std::string(token), .parameters = {}});
            continue;
        }
        scanner.skip_blanks();
        std::string text = scanner.accept('"') ? scanner.quoted() : std::string(scanner.token());
        if (!headers.empty() && headers.back().parameters.size() < max_auth_parameters)
            headers.back().parameters.emplace_back(token, std::move(text));
    }
}

}  // namespace vedette::rtsp
