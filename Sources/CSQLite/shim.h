// SQLite 3. Declarations, and the one call that Swift cannot make because it is variadic.
#pragma once

#include <sqlite3.h>

// Switches SQLite's memory statistics off, which take a process-wide lock at every allocation. Only
// before the library's first use.
static inline int sqlite_shim_disable_memory_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
