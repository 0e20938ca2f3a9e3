#include "hearth/agent/web/html_markdown.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include <gumbo.h>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/web/web_page.h"

namespace hearth::agent {
namespace {

constexpr int deepest_element = 300;

bool is_left_out(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_FORM: return true;
    default: return false;
  }
}

bool is_block(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_TABLE: return true;
    default: return false;
  }
}

class HtmlWriter {
 public:
  explicit HtmlWriter(const std::string& url) : url_(url) {}

  void visit(const GumboNode& node, int depth) {
    if (depth > deepest_element) return;
    if (node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE) {
      add_text(node.v.text.text);
    } else if (node.type == GUMBO_NODE_ELEMENT) {
      visit_element(node, node.v.element, depth);
    } else if (node.type == GUMBO_NODE_DOCUMENT) {
      visit_all(node.v.document.children, depth);
    }
  }

  std::string finish() { return std::string(trimmed(text_)) + "\n"; }

 private:
  void visit_all(const GumboVector& children, int depth) {
    for (unsigned i = 0; i < children.length; ++i) {
      visit(*static_cast<const GumboNode*>(children.data[i]), depth + 1);
    }
  }

  void visit_element(const GumboNode& node, const GumboElement& element, int depth) {
    const GumboTag tag = element.tag;
    if (is_left_out(tag)) return;
    if (tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6) {
      end_block();
      text_ += std::string(static_cast<std::size_t>(tag - GUMBO_TAG_H1 + 1), '#') + " ";
      visit_all(element.children, depth);
      end_block();
    } else if (tag == GUMBO_TAG_PRE) {
      visit_code_block(element, depth);
    } else if (tag == GUMBO_TAG_CODE && !verbatim_) {
      wrap_in("`", element, depth);
    } else if (tag == GUMBO_TAG_STRONG || tag == GUMBO_TAG_B) {
      wrap_in("**", element, depth);
    } else if (tag == GUMBO_TAG_EM || tag == GUMBO_TAG_I) {
      wrap_in("*", element, depth);
    } else if (tag == GUMBO_TAG_A) {
      visit_link(element, depth);
    } else if (tag == GUMBO_TAG_IMG) {
      const GumboAttribute* alt = gumbo_get_attribute(&element.attributes, "alt");
      if (alt != nullptr && *alt->value != '\0')
        text_ += "[image: " + std::string(alt->value) + "]";
    } else if (tag == GUMBO_TAG_BR) {
      text_ += '\n';
    } else if (tag == GUMBO_TAG_HR) {
      end_block();
      text_ += "---";
      end_block();
    } else if (tag == GUMBO_TAG_LI) {
      visit_item(node, element, depth);
    } else if (tag == GUMBO_TAG_TR) {
      end_line();
      text_ += "|";
      visit_all(element.children, depth);
    } else if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) {
      text_ += ' ';
      visit_all(element.children, depth);
      text_ += " |";
    } else if (is_block(tag)) {
      end_block();
      visit_all(element.children, depth);
      end_block();
    } else {
      visit_all(element.children, depth);
    }
  }

  void visit_code_block(const GumboElement& element, int depth) {
    end_block();
    text_ += "```\n";
    verbatim_ = true;
    visit_all(element.children, depth);
    verbatim_ = false;
    end_line();
    text_ += "```";
    end_block();
  }

  void visit_link(const GumboElement& element, int depth) {
    const GumboAttribute* target = gumbo_get_attribute(&element.attributes, "href");
    const std::size_t begin = text_.size();
    visit_all(element.children, depth);
    const bool elsewhere = target != nullptr && *target->value != '\0' && *target->value != '#';
    // A link around nothing, or within code, says nothing.
    if (!elsewhere || verbatim_ || trimmed(std::string_view(text_).substr(begin)).empty()) return;
    text_.insert(begin, "[");
    text_ += "](" + resolved_link(url_, target->value) + ")";
  }

  void visit_item(const GumboNode& node, const GumboElement& element, int depth) {
    end_line();
    const GumboNode* list = node.parent;
    const bool ordered =
        list != nullptr && list->type == GUMBO_NODE_ELEMENT && list->v.element.tag == GUMBO_TAG_OL;
    int level = 0;
    for (const GumboNode* up = list; up != nullptr && up->type == GUMBO_NODE_ELEMENT;
         up = up->parent) {
      level += up->v.element.tag == GUMBO_TAG_UL || up->v.element.tag == GUMBO_TAG_OL ? 1 : 0;
    }
    text_ += std::string(static_cast<std::size_t>(std::max(level - 1, 0)) * 2, ' ');
    text_ += ordered ? "1. " : "- ";
    visit_all(element.children, depth);
    end_line();
  }

  void wrap_in(std::string_view mark, const GumboElement& element, int depth) {
    text_ += mark;
    visit_all(element.children, depth);
    text_ += mark;
  }

  void add_text(std::string_view text) {
    if (verbatim_) {
      text_ += text;
      return;
    }
    for (const char c : text) {
      const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
      if (!blank) {
        text_ += c;
      } else if (!text_.empty() && text_.back() != ' ' && text_.back() != '\n') {
        text_ += ' ';
      }
    }
  }

  void end_line() {
    while (text_.ends_with(' ')) text_.pop_back();
    if (!text_.empty() && !text_.ends_with('\n')) text_ += '\n';
  }

  void end_block() {
    end_line();
    if (!text_.empty() && !text_.ends_with("\n\n")) text_ += '\n';
  }

  const std::string& url_;
  std::string text_;
  bool verbatim_ = false;
};

}  // namespace

std::string html_as_markdown(std::string_view html, const std::string& url) {
  GumboOptions options = kGumboDefaultOptions;
  const auto destroy = [&](GumboOutput* output) { gumbo_destroy_output(&options, output); };
  const std::unique_ptr<GumboOutput, decltype(destroy)> parsed(
      gumbo_parse_with_options(&options, html.data(), html.size()), destroy);
  HtmlWriter writer(url);
  if (parsed) writer.visit(*parsed->document, 0);
  return writer.finish();
}

}  // namespace hearth::agent
