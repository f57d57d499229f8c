// The log of client order ids: what keeps an order from being sent twice. One line an event, only ever
// added to: B id mark (about to be sent), T id ticket (the broker's number), R id (never again). It
// lies in MQL5\Files and has to stay there: whoever deletes it takes away the proof. The rule to
// keep: a function that says true has the line on the disk.

enum FKSIdState { FKS_ID_NONE, FKS_ID_BEGUN, FKS_ID_REFUSED };

class FKSLog
{
private:
   int      file;
   bool     healthy;
   string   terminal;
   string   id_of[];      // Sorted, for the search
   int      entry_of[];   // Where id_of[i] stands in the lists below
   string   marks[];
   ulong    tickets[];
   int      states[];
   ulong    begun_at[];   // By the tick counter; 0 for what an earlier run has begun
   string   id_by_entry[];

   // The place of an id among the sorted ones, or where it would be.
   int Place(const string id, bool &found) const
   {
      int low = 0, high = ArraySize(id_of);
      while(low < high)
      {
         int middle = (low + high) / 2;
         int order = StringCompare(id_of[middle], id);
         if(order == 0) { found = true; return middle; }
         if(order < 0) low = middle + 1; else high = middle;
      }
      found = false;
      return low;
   }

   int Entry(const string id) const
   {
      bool found;
      int place = Place(id, found);
      return found ? entry_of[place] : -1;
   }

   int Add(const string id)
   {
      bool found;
      int place = Place(id, found);
      if(found) return entry_of[place];
      int entry = ArraySize(marks);
      ArrayResize(marks, entry + 1, 1024);
      ArrayResize(tickets, entry + 1, 1024);
      ArrayResize(states, entry + 1, 1024);
      ArrayResize(begun_at, entry + 1, 1024);
      ArrayResize(id_by_entry, entry + 1, 1024);
      marks[entry] = ""; tickets[entry] = 0; states[entry] = FKS_ID_NONE; begun_at[entry] = 0;
      id_by_entry[entry] = id;
      int count = ArraySize(id_of);
      ArrayResize(id_of, count + 1, 1024);
      ArrayResize(entry_of, count + 1, 1024);
      for(int i = count; i > place; i--) { id_of[i] = id_of[i - 1]; entry_of[i] = entry_of[i - 1]; }
      id_of[place] = id;
      entry_of[place] = entry;
      return entry;
   }

   bool Write(const string line)
   {
      if(file == INVALID_HANDLE || !healthy) return false;
      FileSeek(file, 0, SEEK_END);
      healthy = FileWriteString(file, line + "\n") > 0;
      // Without this the line would be in a buffer when the machine goes down.
      FileFlush(file);
      return healthy;
   }

   void Read(const string source)
   {
      // MetaTrader ends lines of text files with a carriage return and a line feed.
      string line = source;
      StringReplace(line, "\r", "");
      string parts[];
      int count = StringSplit(line, ' ', parts);
      if(count < 2) return;
      if(parts[0] == "I") { terminal = parts[1]; return; }
      int entry = Add(parts[1]);
      if(parts[0] == "B" && count > 2) { states[entry] = FKS_ID_BEGUN; marks[entry] = parts[2]; }
      if(parts[0] == "T" && count > 2) tickets[entry] = (ulong)StringToInteger(parts[2]);
      if(parts[0] == "R") states[entry] = FKS_ID_REFUSED;
   }

public:
   FKSLog() { file = INVALID_HANDLE; healthy = false; terminal = ""; }

   // Opens the file for this program alone, and reads it.
   bool Open(const string name)
   {
      file = FileOpen(name, FILE_READ | FILE_WRITE | FILE_TXT | FILE_ANSI);
      if(file == INVALID_HANDLE) return false;
      healthy = true;
      while(!FileIsEnding(file)) Read(FileReadString(file));
      // A line that a crash has cut short must not run into the next one.
      if(FileSize(file) > 0 && !Write("")) return false;
      if(terminal == "")
      {
         MathSrand((int)(GetMicrosecondCount() ^ (ulong)TimeLocal()));
         terminal = "mt5-";
         for(int i = 0; i < 16; i++) terminal += StringFormat("%x", MathRand() % 16);
         if(!Write("I " + terminal)) return false;
      }
      return true;
   }

   void Close() { if(file != INVALID_HANDLE) FileClose(file); file = INVALID_HANDLE; }

   bool   IsHealthy() const  { return healthy; }
   string TerminalId() const { return terminal; }
   int    Count() const      { return ArraySize(id_of); }

   int    State(const string id) const  { int entry = Entry(id); return entry < 0 ? FKS_ID_NONE : states[entry]; }
   ulong  Ticket(const string id) const { int entry = Entry(id); return entry < 0 ? 0 : tickets[entry]; }
   string Mark(const string id) const   { int entry = Entry(id); return entry < 0 ? "" : marks[entry]; }

   // How long ago an id was begun. One of an earlier run is as old as this run.
   ulong AgeMilliseconds(const string id) const
   {
      int entry = Entry(id);
      return entry < 0 ? 0 : GetTickCount64() - begun_at[entry];
   }

   bool Begin(const string id, const string mark)
   {
      if(!Write("B " + id + " " + mark)) return false;
      int entry = Add(id);
      states[entry] = FKS_ID_BEGUN;
      marks[entry] = mark;
      begun_at[entry] = GetTickCount64();
      return true;
   }

   bool Note(const string id, const ulong ticket)
   {
      if(Ticket(id) == ticket) return true;
      tickets[Add(id)] = ticket;
      return Write("T " + id + " " + (string)ticket);
   }

   bool Refuse(const string id)
   {
      if(!Write("R " + id)) return false;
      states[Add(id)] = FKS_ID_REFUSED;
      return true;
   }

   string IdOfTicket(const ulong ticket) const
   {
      for(int i = ArraySize(tickets) - 1; i >= 0; i--) if(ticket != 0 && tickets[i] == ticket) return id_by_entry[i];
      return "";
   }

   string IdOfMark(const string mark) const
   {
      for(int i = ArraySize(marks) - 1; i >= 0; i--) if(mark != "" && marks[i] == mark) return id_by_entry[i];
      return "";
   }
};
