// The executable: hands its arguments to the service and ends with the code that comes back.

import Glibc
import Service

exit(CommandLineTool.run(Array(CommandLine.arguments.dropFirst())))
