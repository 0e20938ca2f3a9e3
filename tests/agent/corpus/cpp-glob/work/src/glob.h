#pragma once

#include <string>

// Whether the whole of `name` matches `pattern`, in which
//
//   *      stands for any number of characters, also none
//   ?      stands for one character
//   [abc]  stands for one of these characters, [a-f] for one of a range, [x0-9] for either
//   [!abc] stands for one character that is none of these
//
// and anything else for itself. A '[' that is never closed stands for itself, too.
bool glob_match(const std::string& pattern, const std::string& name);
