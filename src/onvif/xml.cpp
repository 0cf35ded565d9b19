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
