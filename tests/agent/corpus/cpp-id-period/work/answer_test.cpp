#include <fstream>
#include <iostream>
#include <set>
#include <string>

#include "id_generator.h"

static std::size_t different_ids() {
    IdGenerator generator('N');
    std::set<std::string> seen;
    while (seen.insert(generator.next()).second) {
    }
    return seen.size();
}

int main() {
    std::ifstream file("ANSWER.txt");
    if (!file) {
        std::cout << "failed: ANSWER.txt does not exist\n";
        return 1;
    }
    std::string answer;
    std::string more;
    file >> answer >> more;
    if (answer != std::to_string(different_ids()) || !more.empty()) {
        std::cout << "failed: ANSWER.txt does not hold the right number alone\n";
        return 1;
    }
    std::cout << "ok\n";
}
