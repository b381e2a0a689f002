// Print the columns that operator >> of a stream returns.
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

int
main(int arguments, char **argument)
{
    std::ifstream file(argument[arguments - 1]);
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream columns(line);
        std::string range, perms, offset, device, inode, name;
        columns >> range >> perms >> offset >> device >> inode >> name;
        const auto dash = range.find('-');
        std::cout << range.substr(0, dash) << '\t' << range.substr(dash + 1) << '\t' << perms
                  << '\t' << offset << '\t' << device << '\t' << inode << '\t' << name << '\n';
    }
    return 0;
}
