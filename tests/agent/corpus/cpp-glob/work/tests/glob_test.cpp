#include <iostream>
#include <string>

#include "glob.h"

static int failed = 0;
static int passed = 0;

static void expect(bool expected, const std::string& pattern, const std::string& name) {
    if (glob_match(pattern, name) == expected) {
        ++passed;
        return;
    }
    ++failed;
    std::cout << "FAILED: glob_match(\"" << pattern << "\", \"" << name << "\") should be "
              << (expected ? "true" : "false") << "\n";
}

int main() {
    expect(true, "", "");
    expect(false, "", "a");
    expect(true, "notes.txt", "notes.txt");
    expect(false, "notes.txt", "notes.txt~");
    expect(false, "Notes", "notes");

    expect(true, "*", "");
    expect(true, "*", "anything");
    expect(true, "*.txt", "notes.txt");
    expect(true, "*.txt", ".txt");
    expect(false, "*.txt", "notes.txt.gz");
    expect(true, "a*c", "ac");
    expect(true, "a*c", "abcbc");
    expect(false, "a*c", "abcb");
    expect(true, "*ab*ab*", "xxabyabz");
    expect(false, "*ab*ab*", "xxabyaz");
    expect(true, "**a**", "a");

    expect(true, "?", "a");
    expect(false, "?", "");
    expect(false, "?", "ab");
    expect(true, "log-??.*", "log-07.old");
    expect(false, "log-??.*", "log-7.old");

    expect(true, "[abc]", "b");
    expect(false, "[abc]", "d");
    expect(false, "[abc]", "");
    expect(true, "part[0-9]", "part7");
    expect(false, "part[0-9]", "partx");
    expect(true, "[x0-9]*", "x1");
    expect(true, "[x0-9]*", "42");
    expect(false, "[x0-9]*", "y1");
    expect(true, "[!0-9]", "x");
    expect(false, "[!0-9]", "5");
    expect(false, "[!0-9]", "");
    expect(true, "*[!.]", "a.b");
    expect(true, "[a-]", "-");
    expect(true, "[*]", "*");
    expect(false, "[*]", "a");
    expect(true, "a[b", "a[b");
    expect(false, "a[b", "ab");

    // Must not take forever.
    expect(false, "*a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(60, 'a'));

    std::cout << passed << " passed, " << failed << " failed\n";
    return failed == 0 ? 0 : 1;
}
