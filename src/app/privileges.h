// Being nobody special: what `brink run` gives up once its sockets are bound.
#pragma once

#include <expected>
#include <string>

namespace brink::app {

// Becomes `user` for good where the process is root, keeping two rights only: to bind low ports and to read
// any file, for a reload that adds a listener and for certificates that have been renewed, whose keys belong
// to root. Children have neither. `user` empty: "brink" where such a user exists, else stays root, which the
// caller warns of. Does nothing where the process is not root. The name of the user it now runs as, or what
// went wrong.
[[nodiscard]] std::expected<std::string, std::string> drop_privileges(const std::string& user);

// Has the program that is about to replace this one by exec keep those two rights.
void keep_rights_through_exec();
// After that, or where there was no exec after all: children have neither right again.
void keep_rights_from_children();

// Makes `directory` (and its parents) if it is missing, with `mode`, owned by the user that drop_privileges()
// would become. What went wrong otherwise.
[[nodiscard]] std::expected<void, std::string> make_directory(const std::string& directory, unsigned mode,
                                                              const std::string& user);

}  // namespace brink::app
