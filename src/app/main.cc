// The `brink` program. What it can be asked is in app/command_line.h.
#include "app/command_line.h"

int main(int argc, char** argv) { return brink::app::run_command_line(argc, argv); }
