// The supervisor: binds the sockets, drops privileges, starts each role as a child process of the same
// program, and keeps it running. It serves no traffic and reads nothing that a stranger sends.
//
// A role that dies is started again, after a pause that doubles while it keeps dying; the others are not
// touched. SIGTERM and SIGINT drain and end everything; SIGHUP reads the configuration anew; SIGUSR2 replaces
// the supervisor by the program now installed, which takes over the sockets and the process id, starts its
// own roles, and only when they serve drains the old ones.
#pragma once

#include <memory>
#include <string>

namespace brink::app {

class Supervisor {
 public:
  struct Options {
    std::string config_path;     // or
    std::string origin_url;      // a configuration made for this one origin
    std::string program;         // argv[0]: what an upgrade starts
    int resume_descriptor = -1;  // what a former program left for this one
  };

  explicit Supervisor(Options options);
  ~Supervisor();

  // Runs until it is told to end. The process's exit code.
  int run();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace brink::app
