// SQLite 3. Declarations only.
#pragma once

#include <sqlite3.h>
