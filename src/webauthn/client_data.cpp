#include "webauthn/client_data.hpp"

#include <boost/json/parse.hpp>

#include "crypto/base64.hpp"

namespace vedette::webauthn {

namespace {

constexpr std::size_t client_data_depth = 4;

std::unexpected<Error> bad_client_data() {
    return fail(ErrorKind::corrupt, "What the browser says of the passkey is not well-formed");
}

const boost::json::string* text_in(const boost::json::object& object, std::string_view field) {
    const auto* value = object.if_contains(field);
    return value ? value->if_string() : nullptr;
}

}  // namespace

Result<ClientData> parse_client_data(ByteView bytes) {
    if (bytes.size() > max_client_data_bytes) return bad_client_data();
    boost::json::parse_options options;
    options.max_depth = client_data_depth;
    boost::system::error_code error;
    const boost::json::value json = boost::json::parse(as_text(bytes), error, {}, options);
    const auto* object = error ? nullptr : json.if_object();
    if (!object) return bad_client_data();
    const auto* type = text_in(*object, "type");
    const auto* challenge = text_in(*object, "challenge");
    const auto* origin = text_in(*object, "origin");
    if (!type || !challenge || !origin) return bad_client_data();
    auto random = crypto::from_base64url(*challenge);
    if (!random) return bad_client_data();
    ClientData data{.type = std::string(*type),
                    .challenge = std::move(*random),
                    .origin = std::string(*origin),
                    .cross_origin = object->contains("topOrigin")};
    if (const auto* cross = object->if_contains("crossOrigin")) {
        if (!cross->is_bool()) return bad_client_data();
        data.cross_origin = data.cross_origin || cross->get_bool();
    }
    return data;
}

}  // namespace vedette::webauthn
