// JSON as the service writes it: read into a list of nodes, and written as texts. Numbers of money come
// as texts, so nothing here makes binary fractions of them.

// A text in quotes, escaped.
string Quoted(const string text)
{
   string out = text;
   StringReplace(out, "\\", "\\\\");
   StringReplace(out, "\"", "\\\"");
   StringReplace(out, "\r", " ");
   StringReplace(out, "\n", " ");
   StringReplace(out, "\t", " ");
   return "\"" + out + "\"";
}

// A number with at most so many digits after the point, and no zeros at its end.
string Number(const double value, const int digits)
{
   string text = DoubleToString(value, digits);
   if(StringFind(text, ".") < 0) return text;
   int length = StringLen(text);
   while(length > 1 && StringGetCharacter(text, length - 1) == '0') length--;
   if(StringGetCharacter(text, length - 1) == '.') length--;
   text = StringSubstr(text, 0, length);
   return text == "-0" ? "0" : text;
}

class FKSJson
{
private:
   string text;
   int    at;
   // One entry a value: its name in the object around it, its text, its first child, its next one.
   string names[];
   string values[];
   int    firsts[];
   int    nexts[];

   void Skip() { while(at < StringLen(text) && StringGetCharacter(text, at) <= ' ') at++; }

   string ReadString()
   {
      string out = "";
      at++;
      while(at < StringLen(text))
      {
         ushort c = StringGetCharacter(text, at++);
         if(c == '"') return out;
         if(c == '\\')
         {
            c = StringGetCharacter(text, at++);
            if(c == 'n' || c == 'r' || c == 't' || c == 'b' || c == 'f') c = ' ';
            if(c == 'u')
            {
               uint code = 0;
               for(int i = 0; i < 4; i++)
               {
                  ushort digit = StringGetCharacter(text, at++);
                  code = code * 16 + (digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
               }
               c = (ushort)code;
            }
         }
         out += ShortToString(c);
      }
      return out;
   }

   int ReadValue(const string name)
   {
      Skip();
      int node = ArraySize(names);
      ArrayResize(names, node + 1, 256);
      ArrayResize(values, node + 1, 256);
      ArrayResize(firsts, node + 1, 256);
      ArrayResize(nexts, node + 1, 256);
      names[node] = name;
      values[node] = "";
      firsts[node] = -1;
      nexts[node] = -1;
      ushort c = at < StringLen(text) ? StringGetCharacter(text, at) : 0;
      if(c == '"') { values[node] = ReadString(); return node; }
      if(c == '{' || c == '[') { ReadChildren(node, c == '{'); return node; }
      int start = at;
      while(at < StringLen(text))
      {
         c = StringGetCharacter(text, at);
         if(c == ',' || c == '}' || c == ']' || c <= ' ') break;
         at++;
      }
      values[node] = StringSubstr(text, start, at - start);
      return node;
   }

   void ReadChildren(const int parent, const bool named)
   {
      int last = -1;
      at++;
      while(at < StringLen(text))
      {
         Skip();
         ushort c = at < StringLen(text) ? StringGetCharacter(text, at) : 0;
         if(c == '}' || c == ']') { at++; return; }
         if(c == ',') { at++; continue; }
         string name = "";
         if(named) { name = ReadString(); Skip(); at++; }
         int child = ReadValue(name);
         if(last < 0) firsts[parent] = child; else nexts[last] = child;
         last = child;
      }
   }

public:
   FKSJson(const string source) { text = source; at = 0; ReadValue(""); }

   int Root() const { return 0; }
   int First(const int node) const { return node < 0 ? -1 : firsts[node]; }
   int Next(const int node) const { return node < 0 ? -1 : nexts[node]; }
   string String(const int node) const { return node < 0 ? "" : values[node]; }

   int Member(const int node, const string name) const
   {
      for(int child = First(node); child >= 0; child = nexts[child]) if(names[child] == name) return child;
      return -1;
   }

   string Text(const int node, const string name) const { return String(Member(node, name)); }
   string Text(const string name) const { return Text(0, name); }
   long   Number(const int node, const string name) const { return StringToInteger(Text(node, name)); }
};
