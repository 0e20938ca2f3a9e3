// What a terminal sends, and what keys do to a text that is being written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/agent/terminal/edit_keys.h"
#include "hearth/agent/terminal/graphemes.h"
#include "hearth/agent/terminal/key_decoder.h"
#include "hearth/agent/terminal/line_editor.h"
#include "hearth/agent/terminal/vi_keys.h"

namespace hearth::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Key text_key(std::string text) {
  return {.code = KeyCode::text, .text = std::move(text)};
}

TEST(KeyDecoder, TakesKeysApart) {
  KeyDecoder keys;
  EXPECT_THAT(keys.feed("aé\r"),
              ElementsAre(text_key("a"), text_key("é"), Key{.code = KeyCode::enter}));
  EXPECT_THAT(keys.feed("\x1b[A\x1b[1;5C\x1bOF\x1b[3~\x1b[Z"),
              ElementsAre(Key{.code = KeyCode::up}, Key{.code = KeyCode::right, .control = true},
                          Key{.code = KeyCode::end}, Key{.code = KeyCode::remove},
                          Key{.code = KeyCode::tab, .shift = true}));
  EXPECT_THAT(keys.feed("\x03\x1b"
                        "b"),
              ElementsAre(Key{.code = KeyCode::text, .text = "c", .control = true},
                          Key{.code = KeyCode::text, .text = "b", .alt = true}));
  // Shift-Enter as CSI u and as xterm's modifyOtherKeys write it.
  EXPECT_THAT(keys.feed("\x1b[13;2u\x1b[27;2;13~"),
              ElementsAre(Key{.code = KeyCode::enter, .shift = true},
                          Key{.code = KeyCode::enter, .shift = true}));
}

TEST(KeyDecoder, WaitsForTheRestWhereverItIsCut) {
  const std::string all = "\x1b[1;5Dü\x1b[200~two\r\nlines\x1b[201~\x1b]11;rgb:ff/ff/ff\x1b\\x";
  KeyDecoder whole;
  const std::vector<Key> expected = whole.feed(all);
  ASSERT_EQ(expected.size(), 5U);
  EXPECT_EQ(expected[2].text, "two\nlines");
  EXPECT_EQ(expected[3].code, KeyCode::background);
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    KeyDecoder keys;
    std::vector<Key> got = keys.feed(all.substr(0, cut));
    for (Key& key : keys.feed(all.substr(cut))) got.push_back(std::move(key));
    EXPECT_EQ(got, expected) << "cut at " << cut;
  }
}

TEST(KeyDecoder, AnEscapeAloneIsTheEscapeKey) {
  KeyDecoder keys;
  EXPECT_THAT(keys.feed("\x1b"), IsEmpty());
  EXPECT_TRUE(keys.waits());
  EXPECT_THAT(keys.time_out(), ElementsAre(Key{.code = KeyCode::escape}));
  EXPECT_THAT(keys.feed("\x1b\x1b"), ElementsAre(Key{.code = KeyCode::escape}));
  EXPECT_THAT(keys.time_out(), ElementsAre(Key{.code = KeyCode::escape}));
}

TEST(KeyDecoder, LeavesOutWhatItDoesNotKnow) {
  KeyDecoder keys;
  EXPECT_THAT(keys.feed("\x1b[99;7~\x1b[?1;2cx"), ElementsAre(text_key("x")));
}

TEST(Graphemes, AreAsWideAsATerminalShowsThem) {
  EXPECT_EQ(columns_of("abc"), 3);
  EXPECT_EQ(columns_of("日本"), 4);
  EXPECT_EQ(columns_of("e\xCC\x81"), 1);  // e and a combining accent
  EXPECT_EQ(grapheme_at("e\xCC\x81x", 0).bytes, 3U);
  EXPECT_EQ(columns_of("🎉"), 2);
  EXPECT_EQ(previous_grapheme("a🎉", 5), 1U);
  EXPECT_EQ(previous_grapheme("a\nb", 2), 1U);
  EXPECT_EQ(fitting("日本", 3), "日");
  EXPECT_EQ(grapheme_at("\xFF\xFE", 0).bytes, 1U);
}

LineEditor typed(const std::string& keys) {
  LineEditor editor;
  KeyDecoder decoder;
  for (const Key& key : decoder.feed(keys)) apply_emacs_key(editor, key);
  return editor;
}

TEST(LineEditor, HasReadlinesKeys) {
  EXPECT_EQ(typed("hello world\x01Oh, ").text(), "Oh, hello world");
  EXPECT_EQ(typed("one two three\x17").text(), "one two ");
  EXPECT_EQ(typed("one two\x1b"
                  "b\x0b")
                .text(),
            "one ");
  EXPECT_EQ(typed("one\x15\x19\x19").text(), "oneone");
  EXPECT_EQ(typed("aé\x7f").text(), "a");
  EXPECT_EQ(typed("ab\x1b[D\x1b[3~").text(), "a");
  EXPECT_EQ(typed("ab\x0a"
                  "c\x1b[D\x1b[D\x0b")
                .text(),
            "abc");
  EXPECT_EQ(typed("abc\x1f\x1f").text(), "a");
}

TEST(LineEditor, GoesUpAndDownByColumns) {
  LineEditor editor;
  editor.set_text("wide 日本 line\nshort\nthe last line");
  editor.set_cursor(editor.line_up());
  EXPECT_EQ(editor.text().substr(editor.line_begin(), editor.cursor() - editor.line_begin()),
            "short");
  editor.set_cursor(editor.line_up());
  EXPECT_TRUE(editor.on_first_line());
  EXPECT_EQ(editor.line_up(), editor.cursor());
  EXPECT_EQ(editor.text().substr(0, editor.cursor()), "wide ");
}

/// The text and the place in it (as "|") after keys in vi's normal mode, at its beginning.
std::string vi(const std::string& text, const std::string& keys) {
  LineEditor editor;
  editor.set_text(text);
  editor.set_cursor(0);
  ViKeys vi_keys;
  vi_keys.apply(editor, {.code = KeyCode::escape});
  KeyDecoder decoder;
  for (const char key : keys) {
    if (key == '\x1b') {
      vi_keys.apply(editor, {.code = KeyCode::escape});
    } else {
      vi_keys.apply(editor, text_key(std::string(1, key)));
    }
  }
  std::string result = editor.text();
  return result.insert(editor.cursor(), "|");
}

TEST(ViKeys, MoveDeleteChangeAndPut) {
  EXPECT_EQ(vi("one two three", "w"), "one |two three");
  EXPECT_EQ(vi("one two three", "2w"), "one two |three");
  EXPECT_EQ(vi("one two three", "wb"), "|one two three");
  EXPECT_EQ(vi("one two", "e"), "on|e two");
  EXPECT_EQ(vi("one two three", "dw"), "|two three");
  EXPECT_EQ(vi("one two three", "w2dw"), "one| ");
  EXPECT_EQ(vi("one two", "cwsix\x1b"), "si|x two");
  EXPECT_EQ(vi("one two", "$x"), "one t|w");
  EXPECT_EQ(vi("one two", "wD"), "one| ");
  EXPECT_EQ(vi("one two", "ft"), "one |two");
  EXPECT_EQ(vi("one two", "dtt"), "|two");
  EXPECT_EQ(vi("one two", "dft"), "|wo");
  EXPECT_EQ(vi("one", "rx"), "|xne");
  EXPECT_EQ(vi("one", "~"), "O|ne");
  EXPECT_EQ(vi("one\ntwo\nthree", "jdd"), "one\n|three");
  EXPECT_EQ(vi("one\ntwo", "jdd"), "|one");
  EXPECT_EQ(vi("one\ntwo", "yyjp"), "one\ntwo\non|e");
  EXPECT_EQ(vi("one\ntwo", "J"), "one| two");
  EXPECT_EQ(vi("one two", "xxu"), "|ne two");
  EXPECT_EQ(vi("one", "Aend\x1b"), "oneen|d");
  EXPECT_EQ(vi("one", "onext\x1b"), "one\nnex|t");
  EXPECT_EQ(vi("one", "Obefore\x1b"), "befor|e\none");
  EXPECT_EQ(vi("one", "ccnew\x1b"), "ne|w");
  EXPECT_EQ(vi("one", "dx"), "|one");
}

TEST(ViKeys, LeaveTheBordersToTheHistory) {
  LineEditor editor;
  editor.set_text("one");
  ViKeys keys;
  keys.apply(editor, {.code = KeyCode::escape});
  EXPECT_FALSE(keys.apply(editor, text_key("k")));
  EXPECT_FALSE(keys.apply(editor, text_key("j")));
  EXPECT_FALSE(keys.apply(editor, {.code = KeyCode::escape}));
  EXPECT_EQ(editor.text(), "one");
}

}  // namespace
}  // namespace hearth::agent
