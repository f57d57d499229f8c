// The log of client order ids: what keeps an order from being submitted twice. One line an event, only
// ever added to: B id mark (about to be submitted), R id (never again), I name (this terminal). Whoever
// deletes the file takes away the proof. The rule to keep: a function that says true has the line on
// the disk.

using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace NinjaTrader.NinjaScript.AddOns
{
    public enum FKSIdState { None, Begun, Refused }

    public class FKSIdLog
    {
        private readonly object gate = new object();
        private readonly Dictionary<string, FKSIdState> states = new Dictionary<string, FKSIdState>();
        private readonly Dictionary<string, string> marks = new Dictionary<string, string>();
        private readonly Dictionary<string, string> idsByMark = new Dictionary<string, string>();
        private FileStream file;

        public string TerminalId { get; private set; }
        public bool IsHealthy { get; private set; }

        // Opens the file for this program alone, and reads it.
        public FKSIdLog(string path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path));
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            IsHealthy = true;
            TerminalId = "";
            var reader = new StreamReader(file, Encoding.ASCII);
            for (string line = reader.ReadLine(); line != null; line = reader.ReadLine()) Read(line);
            // A line that a crash has cut short must not run into the next one.
            if (file.Length > 0) Write("");
            if (TerminalId == "")
            {
                TerminalId = "nt8-" + Guid.NewGuid().ToString("N");
                Write("I " + TerminalId);
            }
        }

        private void Read(string line)
        {
            string[] parts = line.Split(' ');
            if (parts.Length == 2 && parts[0] == "I") TerminalId = parts[1];
            if (parts.Length == 2 && parts[0] == "R") states[parts[1]] = FKSIdState.Refused;
            if (parts.Length == 3 && parts[0] == "B") Keep(parts[1], parts[2]);
        }

        private void Keep(string id, string mark)
        {
            states[id] = FKSIdState.Begun;
            marks[id] = mark;
            idsByMark[mark] = id;
        }

        private bool Write(string line)
        {
            if (!IsHealthy) return false;
            try
            {
                byte[] bytes = Encoding.ASCII.GetBytes(line + "\n");
                file.Seek(0, SeekOrigin.End);
                file.Write(bytes, 0, bytes.Length);
                // To the disk, not into a buffer of the system.
                file.Flush(true);
            }
            catch (IOException)
            {
                IsHealthy = false;
            }
            return IsHealthy;
        }

        public bool Begin(string id, string mark)
        {
            lock (gate)
            {
                if (!Write("B " + id + " " + mark)) return false;
                Keep(id, mark);
                return true;
            }
        }

        public bool Refuse(string id)
        {
            lock (gate)
            {
                if (!Write("R " + id)) return false;
                states[id] = FKSIdState.Refused;
                return true;
            }
        }

        public FKSIdState StateOf(string id)
        {
            lock (gate)
            {
                FKSIdState state;
                return states.TryGetValue(id, out state) ? state : FKSIdState.None;
            }
        }

        public string MarkOf(string id)
        {
            lock (gate)
            {
                string mark;
                return marks.TryGetValue(id, out mark) ? mark : "";
            }
        }

        public string IdOfMark(string mark)
        {
            lock (gate)
            {
                string id;
                return mark != null && idsByMark.TryGetValue(mark, out id) ? id : "";
            }
        }

        public void Close()
        {
            lock (gate)
            {
                IsHealthy = false;
                file.Close();
            }
        }
    }
}
