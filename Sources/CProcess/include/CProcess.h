#ifndef HEADGATE_CPROCESS_H
#define HEADGATE_CPROCESS_H

#include <spawn.h>

/// Functions of the system that Swift's module of it leaves out, since they are no part of POSIX.

/// A pipe that no other program inherits; 0, or an error number.
int headgate_pipe(int ends[2]);

/// Closes every file from `first` on in the new process.
int headgate_spawn_close_from(posix_spawn_file_actions_t *actions, int first);

/// Starts the new process in `directory`.
int headgate_spawn_change_directory(posix_spawn_file_actions_t *actions, const char *directory);

/// A file that can be read from once the process has ended; -1 where the system has none.
int headgate_process_file(pid_t process);

#endif
