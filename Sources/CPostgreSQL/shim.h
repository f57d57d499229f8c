// PostgreSQL's libpq. Declarations only.
#pragma once

#include <libpq-fe.h>
