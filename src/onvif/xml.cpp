#include "onvif/xml.hpp"

namespace vedette::onvif {

namespace {

std::string_view local_part(std::string_view name) {
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view prefix_part(std::string_view name) {
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
}

bool declares(std::string_view attribute, std::string_view prefix) {
    constexpr std::string_view xmlns = "xmlns";
    if (!attribute.starts_with(xmlns)) return false;
    attribute.remove_prefix(xmlns.size());
    if (prefix.empty()) return attribute.empty();
    return attribute.starts_with(':') && attribute.substr(1) == prefix;
}

// Bytes of the UTF-8 character at the front (RFC 3629); 0 when there is none.
std::size_t utf8_length(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = at(0);
    if (first < 0x80) return 1;
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
        length = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
        length = 3;
        if (first == 0xe0) low = 0xa0;
        if (first == 0xed) high = 0x9f;  // surrogates
    } else if (first >= 0xf0 && first <= 0xf4) {
        length = 4;
        if (first == 0xf0) low = 0x90;
        if (first == 0xf4) high = 0x8f;
    } else {
        return 0;
    }
    if (text.size() < length || at(1) < low || at(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if (at(i) < 0x80 || at(i) > 0xbf) return 0;
    return length;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Walks without recursion, so that depth costs no stack.
Result<> check_shape(const pugi::xml_document& tree) {
    std::size_t nodes = 0;
    std::size_t depth = 0;
    std::size_t roots = 0;
    pugi::xml_node node = tree.first_child();
    while (node) {
        if (node.type() == pugi::node_doctype)
            return fail(ErrorKind::corrupt, "the XML declares a document type, which is refused");
        if (++nodes > max_xml_nodes)
            return fail(ErrorKind::exhausted, "the XML has more than {} nodes", max_xml_nodes);
        std::size_t attributes = 0;
        for (auto a = node.first_attribute(); a; a = a.next_attribute())
            if (++attributes > max_xml_attributes)
                return fail(ErrorKind::exhausted, "an XML element has more than {} attributes",
                            max_xml_attributes);
        if (depth == 0 && node.type() == pugi::node_element) ++roots;
        if (node.first_child()) {
            if (++depth > max_xml_depth)
                return fail(ErrorKind::exhausted, "the XML is nested more than {} levels deep",
                            max_xml_depth);
            node = node.first_child();
            continue;
        }
        while (node && !node.next_sibling()) {
            node = node.parent();
            if (node.type() == pugi::node_document) node = pugi::xml_node();
            if (node) --depth;
        }
        if (node) node = node.next_sibling();
    }
    if (roots != 1) return fail(ErrorKind::corrupt, "the XML has {} root elements instead of one", roots);
    return {};
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t max_bytes) {
    std::string out;
    text = trimmed(text);
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const auto first = static_cast<unsigned char>(text.front());
        const bool control = length == 1 && (first < 0x20 || first == 0x7f);
        // The C1 controls, U+0080 to U+009F.
        const bool control_c1 = length == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
        if (length == 0) {
            text.remove_prefix(1);
            continue;
        }
        if (out.size() + length > max_bytes) break;
        if (control)
            out += ' ';
        else if (!control_c1)
            out += text.substr(0, length);
        text.remove_prefix(length);
    }
    return std::string(trimmed(out));
}

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string_view Element::local_name() const {
    return local_part(node_.name());
}

std::string_view Element::namespace_uri() const {
    const std::string_view prefix = prefix_part(node_.name());
    for (pugi::xml_node scope = node_; scope; scope = scope.parent())
        for (const pugi::xml_attribute attribute : scope.attributes())
            if (declares(attribute.name(), prefix)) return attribute.value();
    return {};
}

bool Element::is(std::string_view uri, std::string_view name) const {
    return local_name() == name && namespace_uri() == uri;
}

Element Element::child(std::string_view uri, std::string_view name) const {
    for (const pugi::xml_node node : node_.children())
        if (const Element element(node); node.type() == pugi::node_element && element.is(uri, name))
            return element;
    return {};
}

Element Element::child(std::string_view name) const {
    for (const pugi::xml_node node : node_.children())
        if (node.type() == pugi::node_element && local_part(node.name()) == name) return Element(node);
    return {};
}

Element Element::first_child() const {
    for (const pugi::xml_node node : node_.children())
        if (node.type() == pugi::node_element) return Element(node);
    return {};
}

std::vector<Element> Element::children() const {
    std::vector<Element> found;
    for (const pugi::xml_node node : node_.children())
        if (node.type() == pugi::node_element) found.emplace_back(node);
    return found;
}

std::vector<Element> Element::children(std::string_view uri, std::string_view name) const {
    std::vector<Element> found;
    for (const Element& element : children())
        if (element.is(uri, name)) found.push_back(element);
    return found;
}

std::string Element::text(std::size_t max_bytes) const {
    std::string all;
    for (const pugi::xml_node node : node_.children())
        if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) all += node.value();
    return clean_text(all, max_bytes);
}

std::string Element::attribute(std::string_view name) const {
    for (const pugi::xml_attribute attribute : node_.attributes())
        if (local_part(attribute.name()) == name) return clean_text(attribute.value());
    return {};
}

Result<Document> Document::parse(std::string_view text, std::size_t max_bytes) {
    if (text.size() > max_bytes)
        return fail(ErrorKind::exhausted, "the XML has more than {} bytes", max_bytes);
    Document document;
    const auto result = document.tree_->load_buffer(
        text.data(), text.size(),
        pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_doctype, pugi::encoding_utf8);
    if (!result)
        return fail(ErrorKind::corrupt, "the XML can't be read at byte {}: {}", result.offset,
                    result.description());
    VEDETTE_CHECK(check_shape(*document.tree_));
    return document;
}

}  // namespace vedette::onvif
