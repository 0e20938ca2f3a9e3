#include "int_stack.h"

#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>
#include <string>

static int failed = 0;

static void check(bool good, int line, const char* what) {
    if (good) return;
    std::cout << "int_stack_test.cpp:" << line << ": failed: " << what << "\n";
    ++failed;
}
#define CHECK(condition) check((condition), __LINE__, #condition)

template <class Action>
static bool throws(Action action) {
    try {
        action();
    } catch (const std::out_of_range&) {
        return true;
    }
    return false;
}

static void test_behaviour() {
    IntStack stack;
    CHECK(stack.empty());
    for (int i = 0; i < 100; ++i) stack.push(i);
    CHECK(stack.size() == 100);
    CHECK(stack.top() == 99);
    CHECK(stack.peek(0) == 99);
    CHECK(stack.peek(99) == 0);
    CHECK(throws([&] { stack.peek(100); }));
    CHECK(stack.pop() == 99);
    CHECK(stack.pop() == 98);
    CHECK(stack.size() == 98);

    IntStack copy = stack;
    copy.push(-1);
    CHECK(copy.top() == -1);
    CHECK(stack.top() == 97);
    stack = copy;
    CHECK(stack.pop() == -1);
    CHECK(copy.size() == 99);

    stack.clear();
    CHECK(stack.empty());
    CHECK(throws([&] { stack.pop(); }));
    CHECK(throws([&] { stack.top(); }));
}

// The header without its comments.
static std::string source() {
    std::ifstream file("int_stack.h");
    std::stringstream text;
    text << file.rdbuf();
    return std::regex_replace(text.str(), std::regex("//[^\n]*"), "");
}

static void test_structure() {
    const std::string code = source();
    const bool uses_vector = code.find("std::vector<int>") != std::string::npos;
    const bool has_new = std::regex_search(code, std::regex(R"(\bnew\b)"));
    const bool has_delete = std::regex_search(code, std::regex(R"(\bdelete\b)"));
    const bool has_malloc = std::regex_search(code, std::regex(R"(\b(malloc|free)\b)"));
    const bool has_destructor = code.find("~IntStack") != std::string::npos;
    const bool has_copying = code.find("const IntStack&") != std::string::npos;
    CHECK(uses_vector);
    CHECK(!has_new);
    CHECK(!has_delete);
    CHECK(!has_malloc);
    CHECK(!has_destructor);
    CHECK(!has_copying);
}

int main() {
    test_behaviour();
    test_structure();
    if (failed == 0) std::cout << "all tests passed\n";
    return failed == 0 ? 0 : 1;
}
