// JSON as the service writes it. Numbers of money come as texts, so nothing here makes binary fractions
// of them. What is missing reads as empty.

using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace NinjaTrader.NinjaScript.AddOns
{
    public class FKSJson
    {
        private readonly Dictionary<string, FKSJson> members = new Dictionary<string, FKSJson>();
        private readonly List<FKSJson> elements = new List<FKSJson>();
        private string text = "";

        private FKSJson() { }

        public FKSJson(string source)
        {
            int at = 0;
            Read(source, ref at);
        }

        public string Text(string name)
        {
            FKSJson member;
            return members.TryGetValue(name, out member) ? member.text : "";
        }

        public long Integer(string name)
        {
            long value;
            return long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) ? value : 0;
        }

        public List<FKSJson> List(string name)
        {
            FKSJson member;
            return members.TryGetValue(name, out member) ? member.elements : new List<FKSJson>();
        }

        public List<string> Texts(string name) { return List(name).Select(one => one.text).ToList(); }

        // A text in quotes, escaped.
        public static string Quoted(string text)
        {
            var json = new StringBuilder("\"");
            foreach (char letter in text ?? "")
            {
                if (letter == '"' || letter == '\\') json.Append('\\').Append(letter);
                else if (letter < ' ') json.Append("\\u").Append(((int)letter).ToString("x4"));
                else json.Append(letter);
            }
            return json.Append('"').ToString();
        }

        private static void Skip(string source, ref int at)
        {
            while (at < source.Length && source[at] <= ' ') at++;
        }

        private void Read(string source, ref int at)
        {
            Skip(source, ref at);
            if (at >= source.Length) return;
            char first = source[at];
            if (first == '"') text = ReadString(source, ref at);
            else if (first == '{' || first == '[') ReadChildren(source, ref at, first == '{');
            else
            {
                int start = at;
                while (at < source.Length && ",]} \r\n\t".IndexOf(source[at]) < 0) at++;
                text = source.Substring(start, at - start);
            }
        }

        private void ReadChildren(string source, ref int at, bool named)
        {
            at++;
            while (at < source.Length)
            {
                Skip(source, ref at);
                if (at >= source.Length) return;
                if (source[at] == '}' || source[at] == ']') { at++; return; }
                if (source[at] == ',') { at++; continue; }
                string name = "";
                if (named)
                {
                    name = ReadString(source, ref at);
                    Skip(source, ref at);
                    at++;
                }
                var child = new FKSJson();
                int before = at;
                child.Read(source, ref at);
                if (at == before) return;
                if (named) members[name] = child; else elements.Add(child);
            }
        }

        private static string ReadString(string source, ref int at)
        {
            var letters = new StringBuilder();
            at++;
            while (at < source.Length)
            {
                char letter = source[at++];
                if (letter == '"') break;
                if (letter == '\\' && at < source.Length)
                {
                    letter = source[at++];
                    switch (letter)
                    {
                        case 'n': letter = '\n'; break;
                        case 'r': letter = '\r'; break;
                        case 't': letter = '\t'; break;
                        case 'b': letter = '\b'; break;
                        case 'f': letter = '\f'; break;
                        case 'u':
                            int code;
                            if (at + 4 <= source.Length && int.TryParse(source.Substring(at, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out code))
                                letter = (char)code;
                            at += 4;
                            break;
                    }
                }
                letters.Append(letter);
            }
            return letters.ToString();
        }
    }
}
