// Patches, documents, web pages, language servers: what beside plain files a model works with.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "test_folder.h"

#include "hearth/agent/documents/document_text.h"
#include "hearth/agent/edit/patch.h"
#include "hearth/agent/file_tools.h"
#include "hearth/agent/lsp/language_server.h"
#include "hearth/agent/permission/permission_rules.h"
#include "hearth/agent/web/html_markdown.h"
#include "hearth/agent/web/web_page.h"
#include "hearth/base/file_uri.h"

namespace hearth::agent {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PatchTool : public ::testing::Test {
 protected:
  ToolResult apply(const std::string& patch) {
    const auto folder = Folder::open(temporary_.path());
    SeenFiles seen;
    return make_patch_tool(*folder, seen)->run({{"patch", patch}}, {});
  }
  TestFolder temporary_;
};

TEST_F(PatchTool, UpdatesAddsRemovesAndMoves) {
  temporary_.write("a.py", "def f():\n    return 1\n\ndef g():\n    return 1\n");
  temporary_.write("old.txt", "gone\n");
  temporary_.write("from.txt", "one\ntwo\n");
  const ToolResult result = apply(
      "*** Begin Patch\n"
      "*** Update File: a.py\n@@ def g():\n-    return 1\n+    return 2\n"
      "*** Add File: new/b.py\n+x = 1\n+y = 2\n"
      "*** Delete File: old.txt\n"
      "*** Update File: from.txt\n*** Move to: to.txt\n one\n-two\n+2\n"
      "*** End Patch\n");
  EXPECT_FALSE(result.is_error) << result.text;
  EXPECT_EQ(temporary_.read("a.py"), "def f():\n    return 1\n\ndef g():\n    return 2\n");
  EXPECT_EQ(temporary_.read("new/b.py"), "x = 1\ny = 2\n");
  EXPECT_EQ(temporary_.read("to.txt"), "one\n2\n");
  EXPECT_FALSE(std::filesystem::exists(temporary_.path() / "old.txt"));
  EXPECT_FALSE(std::filesystem::exists(temporary_.path() / "from.txt"));
  EXPECT_THAT(result.diff, HasSubstr("+    return 2"));
}

TEST_F(PatchTool, PartsGoOnFromWhatEarlierOnesLeft) {
  temporary_.write("a.py", "one\ntwo\n");
  temporary_.write("b.py", "old\n");
  temporary_.write("c.py", "c\n");
  const ToolResult result = apply(
      "*** Begin Patch\n"
      "*** Update File: a.py\n-one\n+1\n"
      "*** Update File: ./a.py\n-two\n+2\n"
      "*** Delete File: b.py\n"
      "*** Add File: b.py\n+new\n"
      "*** Update File: b.py\n-new\n+newer\n"
      "*** Update File: c.py\n*** Move to: d.py\n-c\n+d\n"
      "*** Update File: d.py\n-d\n+e\n"
      "*** Add File: c.py\n+another\n"
      "*** End Patch\n");
  EXPECT_FALSE(result.is_error) << result.text;
  EXPECT_EQ(temporary_.read("a.py"), "1\n2\n");
  EXPECT_EQ(temporary_.read("b.py"), "newer\n");
  EXPECT_EQ(temporary_.read("d.py"), "e\n");
  EXPECT_EQ(temporary_.read("c.py"), "another\n");
  EXPECT_THAT(result.diff, AllOf(HasSubstr("-one\n"), HasSubstr("+2\n")));
  EXPECT_THAT(apply("*** Delete File: a.py\n*** Update File: a.py\n-1\n+3\n").text,
              HasSubstr("is gone after an earlier part"));
  EXPECT_EQ(temporary_.read("a.py"), "1\n2\n");
}

TEST_F(PatchTool, AMovedFileKeepsItsMode) {
  temporary_.write("run.sh", "echo 1\n");
  ::chmod((temporary_.path() / "run.sh").c_str(), 0750);
  EXPECT_FALSE(
      apply("*** Update File: run.sh\n*** Move to: bin/run.sh\n-echo 1\n+echo 2\n").is_error);
  struct stat info{};
  ::stat((temporary_.path() / "bin/run.sh").c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777U, 0750U);
}

TEST_F(PatchTool, ChangesNothingIfOnePartDoesNotFit) {
  temporary_.write("a.py", "one\n");
  const ToolResult result = apply(
      "*** Begin Patch\n*** Update File: a.py\n-one\n+1\n*** Update File: b.py\n-x\n+y\n*** End "
      "Patch");
  EXPECT_TRUE(result.is_error);
  EXPECT_EQ(temporary_.read("a.py"), "one\n");
  EXPECT_THAT(apply("*** Begin Patch\n*** Update File: a.py\n-nowhere\n+1\n").text,
              HasSubstr("hunk 1 of 1"));
  EXPECT_THAT(apply("*** Update File: ../../etc/passwd\n-x\n+y\n").text, HasSubstr("outside"));
  EXPECT_THAT(apply("*** Add File: a.py\n+x\n").text, HasSubstr("exists"));
  EXPECT_THAT(apply("nonsense").text, HasSubstr("line 1 of the patch"));
  EXPECT_THAT(apply("").text, HasSubstr("names no file"));
}

TEST(Patch, FindsLinesAsForgivinglyAsAnEdit) {
  const std::vector<PatchHunk> hunks{
      {.heading = {}, .before = "if x:\n  y()\n", .after = "if x:\n  z()\n"}};
  EXPECT_EQ(*patched("def f():\n    if x:\n        y()\n", hunks),
            "def f():\n    if x:\n        z()\n");
  EXPECT_EQ(*patched("a\nb\n", {{.heading = "a", .before = {}, .after = "new\n"}}), "a\nnew\nb\n");
  EXPECT_EQ(*patched("a", {{.heading = {}, .before = {}, .after = "new\n"}}), "a\nnew\n");
  EXPECT_EQ(*patched("a\r\nb\r\n", {{.heading = "a", .before = {}, .after = "new\n"}}),
            "a\r\nnew\r\nb\r\n");
  EXPECT_EQ(*patched("a\r\nb", {{.heading = {}, .before = {}, .after = "new\n"}}),
            "a\r\nb\r\nnew\r\n");
}

TEST(Documents, ANotebookIsItsCells) {
  const TestFolder folder;
  folder.write("n.ipynb",
               R"({"cells":[{"cell_type":"markdown","source":["# Title\n","words"]},)"
               R"({"cell_type":"code","source":"1+1","outputs":[{"data":{"text/plain":["2"]}},)"
               R"({"text":"printed\n"},{"ename":"ValueError","evalue":"bad"}]}]})");
  const auto text = document_text(folder.path() / "n.ipynb", "n.ipynb", {});
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "# Cell 1 (markdown)\n# Title\nwords\n# Cell 2 (code)\n1+1\n# Output\n2\n# "
            "Output\nprinted\n# Output\nValueError: bad\n");
  folder.write("bad.ipynb", "{");
  EXPECT_FALSE(document_text(folder.path() / "bad.ipynb", "bad.ipynb", {}));
  folder.write("bad.pdf", "no pdf");
  EXPECT_THAT(document_text(folder.path() / "bad.pdf", "bad.pdf", {}).error().message,
              HasSubstr("bad.pdf cannot be read as a PDF"));
}

TEST(Documents, PipesAndGiantsAreRefusedBeforeTheyAreRead) {
  const TestFolder temporary;
  const auto folder = Folder::open(temporary.path());
  SeenFiles seen;
  const auto tool = make_read_tool(*folder, seen, [] { return true; });
  for (const char* name : {"p.ipynb", "p.png", "p.pdf"}) {
    ASSERT_EQ(::mkfifo((temporary.path() / name).c_str(), 0600), 0);
    EXPECT_THAT(tool->run({{"path", name}}, {}).text, HasSubstr("not a regular file")) << name;
  }
  // Sparse: they take no room.
  for (const char* name : {"g.ipynb", "g.png", "g.txt"}) {
    temporary.write(name, "");
    std::filesystem::resize_file(temporary.path() / name, std::uintmax_t{2} << 30);
  }
  EXPECT_THAT(tool->run({{"path", "g.ipynb"}}, {}).text, HasSubstr("clear its outputs"));
  EXPECT_THAT(tool->run({{"path", "g.png"}}, {}).text, HasSubstr("larger than 5 MB"));
  EXPECT_THAT(tool->run({{"path", "g.txt"}}, {}).text, HasSubstr("2147483648 bytes"));
  EXPECT_THAT(tool->run({{"path", "none.png"}}, {}).text, HasSubstr("does not exist"));
}

/// One page that says "Hello, reader.".
std::string small_pdf() {
  const std::string words = "BT /F1 12 Tf 20 50 Td (Hello, reader.) Tj ET";
  const std::vector<std::string> objects{
      "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 100] /Contents 4 0 R "
      "/Resources << /Font << /F1 5 0 R >> >> >>",
      fmt::format("<< /Length {} >>\nstream\n{}\nendstream", words.size(), words),
      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"};
  std::string file = "%PDF-1.4\n";
  std::string places = fmt::format("xref\n0 {}\n0000000000 65535 f \n", objects.size() + 1);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    places += fmt::format("{:010} 00000 n \n", file.size());
    file += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
  }
  return fmt::format("{}{}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n", file,
                     places, objects.size() + 1, file.size());
}

TEST(Documents, APdfIsReadWithLineNumbers) {
  const TestFolder temporary;
  temporary.write("a.pdf", small_pdf());
  const auto folder = Folder::open(temporary.path());
  SeenFiles seen;
  const ToolResult result = make_read_tool(*folder, seen)->run({{"path", "a.pdf"}}, {});
  EXPECT_FALSE(result.is_error) << result.text;
  EXPECT_THAT(result.text, HasSubstr("Hello, reader."));
}

TEST(Documents, AnImageIsForModelsThatSee) {
  const TestFolder temporary;
  temporary.write("p.PNG", "bytes");
  const auto folder = Folder::open(temporary.path());
  SeenFiles seen;
  const auto blind = make_read_tool(*folder, seen)->run({{"path", "p.PNG"}}, {});
  EXPECT_TRUE(blind.is_error);
  const auto seeing =
      make_read_tool(*folder, seen, [] { return true; })->run({{"path", "p.PNG"}}, {});
  ASSERT_EQ(seeing.images.size(), 1U) << seeing.text;
  EXPECT_EQ(seeing.images[0].media_type, "image/png");
  EXPECT_EQ(seeing.images[0].data, "Ynl0ZXM=");
}

TEST(WebPages, BecomeMarkdown) {
  const std::string html =
      "<html><head><title>t</title><script>evil()</script></head><body><nav>menu</nav>"
      "<h2>Head</h2><p>Some <b>bold</b>\n and <code>code</code>, <a href='/x?y=1'>a link</a>.</p>"
      "<ul><li>one<ul><li>deep</li></ul></li><li>two</li></ul>"
      "<pre><code>if x:\n    y &lt; z</code></pre>"
      "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"
      "<img src=q alt='a picture'></body></html>";
  EXPECT_EQ(html_as_markdown(html, "https://h.example/dir/page"),
            "## Head\n\nSome **bold** and `code`, [a link](https://h.example/x?y=1).\n\n"
            "- one\n\n  - deep\n\n- two\n\n```\nif x:\n    y < z\n```\n\n"
            "| a | b |\n| 1 | 2 |\n\n[image: a picture]\n");
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "<div>";
  EXPECT_EQ(html_as_markdown(deep + "x", "https://h.example/"), "\n");
  EXPECT_EQ(html_as_markdown("", "https://h.example/"), "\n");
}

TEST(WebPages, HaveHosts) {
  EXPECT_EQ(host_of("https://Docs.Example.org:443/x"), "docs.example.org");
  EXPECT_EQ(host_of("file:///etc/passwd"), "");
  EXPECT_EQ(host_of("nonsense"), "");
  EXPECT_EQ(resolved_link("https://a.example/b/c", "../d"), "https://a.example/d");
  EXPECT_FALSE(get_page("file:///etc/passwd", {}, {}));
}

TEST(WebPages, AreAllowedByHost) {
  PermissionRules rules;
  rules.add(*parse_permission_rule("WebFetch(domain:example.org)", Effect::allow, "/w", "s"));
  EXPECT_EQ(rules.of_tool("web_fetch", "https://docs.example.org/a").effect, Effect::allow);
  EXPECT_EQ(rules.of_tool("web_fetch", "https://example.org/").effect, Effect::allow);
  EXPECT_NE(rules.of_tool("web_fetch", "https://evilexample.org/").effect, Effect::allow);
  EXPECT_NE(rules.of_tool("web_fetch", "https://evil.org/?example.org").effect, Effect::allow);
  EXPECT_NE(rules.of_tool("web_fetch", "https://example.org@evil.org/").effect, Effect::allow);
  EXPECT_NE(rules.of_tool("web_search", "https://example.org/").effect, Effect::allow);
}

/// It says that it is ready, and from then on does what `then` does.
std::unique_ptr<LanguageServer> server_that(const std::string& then, const TestFolder& folder) {
  const std::string ready = R"({"jsonrpc":"2.0","id":1,"result":{}})";
  const std::string line =
      fmt::format("printf 'Content-Length: {}\\r\\n\\r\\n%s' '{}'; {}", ready.size(), ready, then);
  auto server = LanguageServer::start({"/bin/sh", "-c", line}, folder.path());
  EXPECT_TRUE(server);
  return std::move(*server);
}

TEST(LanguageServers, OnesThatNeverReadOrTakeNoInputAreDoneWithout) {
  const TestFolder folder;
  const std::string large(1 << 20, 'x');
  for (const char* then : {"exec sleep 1000", "exec <&-; exec sleep 1000"}) {
    const auto server = server_that(then, folder);
    EXPECT_TRUE(
        server->diagnose(folder.path() / "a.py", "python", large, std::chrono::seconds(2), {})
            .empty());
    EXPECT_TRUE(server->gone()) << then;
  }
}

TEST(FileUri, EscapesWhatIsNotPlain) {
  EXPECT_EQ(file_uri("/home/me/a b#ü.txt"), "file:///home/me/a%20b%23%C3%BC.txt");
}

}  // namespace
}  // namespace hearth::agent
