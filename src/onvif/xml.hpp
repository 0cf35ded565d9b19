#pragma once
// XML from cameras and from the network: parsed by pugixml, within limits, without document types (and so
// without entities beyond the five of XML itself).

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <pugixml.hpp>

#include "base/result.hpp"
#include "onvif/text.hpp"

namespace vedette::onvif {

constexpr std::size_t max_xml_bytes = 1024 * 1024;  ///< the profiles of a large encoder are about 200 KiB
constexpr std::size_t max_xml_depth = 48;
constexpr std::size_t max_xml_nodes = 50'000;
constexpr std::size_t max_xml_attributes = 64;  ///< of one element

/// An element of a Document, valid as long as that. An Element that is not there answers every question with
/// nothing, so that a path is read without a check at each step.
class Element {
  public:
    Element() = default;
    explicit Element(pugi::xml_node node) : node_(node) {}

    explicit operator bool() const { return !node_.empty(); }
    std::string_view local_name() const;
    /// The namespace's URI; empty when there is none, or the prefix is not declared.
    std::string_view namespace_uri() const;
    bool is(std::string_view uri, std::string_view name) const;

    /// The first child element of that name.
    Element child(std::string_view uri, std::string_view name) const;
    /// The same, in whatever namespace: for documents whose makers disagree about it.
    Element child(std::string_view name) const;
    Element first_child() const;
    std::vector<Element> children() const;
    std::vector<Element> children(std::string_view uri, std::string_view name) const;

    /// Its own text, cleaned.
    std::string text(std::size_t max_bytes = max_text_bytes) const;
    /// The value of the attribute of that local name, cleaned; empty when it is not there.
    std::string attribute(std::string_view name) const;

  private:
    pugi::xml_node node_;
};

class Document {
  public:
    /// Errors: `exhausted` beyond a limit, `corrupt` when it is no XML or declares a document type.
    static Result<Document> parse(std::string_view text, std::size_t max_bytes = max_xml_bytes);
    Element root() const { return Element(tree_->document_element()); }

  private:
    Document() : tree_(std::make_unique<pugi::xml_document>()) {}
    std::unique_ptr<pugi::xml_document> tree_;
};

}  // namespace vedette::onvif
