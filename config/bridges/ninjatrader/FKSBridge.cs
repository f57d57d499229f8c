// The far side of the bridge in NinjaTrader 8: an add-on that asks FKS Execution for commands, executes
// each order at most once, and tells what became of it. docs/BRIDGES.md has the protocol and a guide.
// The rule to keep: an id is in the log on the disk before its order is at the broker, and an id of
// the log is never submitted again.
//
// One thread asks for commands and carries them out, another one tells. NinjaTrader calls back on
// threads of its own and in any order; a callback only says that something happened, and what is
// told is read from the order itself.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading;
using NinjaTrader.Cbi;
using NinjaTrader.Data;
using NinjaTrader.NinjaScript;

namespace NinjaTrader.NinjaScript.AddOns
{
    public class FKSBridge : AddOnBase
    {
        private FKSBridgeWorker worker;

        protected override void OnStateChange()
        {
            if (State == State.SetDefaults)
            {
                Name = "FKSBridge";
                Description = "Executes the orders of FKS Execution on one account, each once.";
            }
            else if (State == State.Configure && worker == null)
            {
                try
                {
                    worker = new FKSBridgeWorker(FKSBridgeSettings.Read());
                    worker.Start();
                }
                catch (Exception problem)
                {
                    FKSBridgeWorker.Report("It does not start: " + problem.Message);
                }
            }
            else if (State == State.Terminated && worker != null)
            {
                worker.Stop();
                worker = null;
            }
        }
    }

    // What stands in Documents\NinjaTrader 8\FKSBridge\settings.txt, as lines of NAME=VALUE.
    public class FKSBridgeSettings
    {
        public string Url = "http://127.0.0.1:8004";
        public string Bridge = "ninjatrader";
        public string Token = "";
        public string Account = "Sim101";
        public List<string> Instruments = new List<string>();
        public string Directory = "";

        public static FKSBridgeSettings Read()
        {
            var settings = new FKSBridgeSettings();
            settings.Directory = Path.Combine(NinjaTrader.Core.Globals.UserDataDir, "FKSBridge");
            string path = Path.Combine(settings.Directory, "settings.txt");
            if (!File.Exists(path))
                throw new Exception("there is no file " + path + "; copy settings.txt to it and fill it in.");
            foreach (string line in File.ReadAllLines(path))
            {
                int mark = line.IndexOf('=');
                if (mark < 0 || line.TrimStart().StartsWith("#")) continue;
                string value = line.Substring(mark + 1).Trim();
                switch (line.Substring(0, mark).Trim().ToLowerInvariant())
                {
                    case "url": settings.Url = value.TrimEnd('/'); break;
                    case "bridge": settings.Bridge = value; break;
                    case "token": settings.Token = value; break;
                    case "account": settings.Account = value; break;
                    case "instruments":
                        settings.Instruments = value.Split(',').Select(name => name.Trim()).Where(name => name != "").ToList();
                        break;
                    default: throw new Exception("in " + path + " the line \"" + line.Trim() + "\" names no setting.");
                }
            }
            if (settings.Token.Length < 16) throw new Exception("in " + path + " the token is empty or too short.");
            if (settings.Instruments.Count == 0) throw new Exception("in " + path + " no instruments are named.");
            return settings;
        }
    }

    public class FKSBridgeWorker
    {
        private const int Protocol = 1;
        private const string Program = "FKSBridge.cs 1.00";
        private const int WaitMilliseconds = 20000;
        private const int RetryMilliseconds = 3000;
        private const int PricePauseMilliseconds = 250;
        private const int PriceRestMilliseconds = 2000;
        // How long a new order is waited for until the broker has said yes or no.
        private const int AnswerMilliseconds = 5000;
        // How long after a start or a submission the account may not show an order yet.
        private const int SettleMilliseconds = 60000;

        private readonly FKSBridgeSettings settings;
        private readonly object gate = new object();
        private readonly FKSIdLog ids;
        private readonly Dictionary<string, Order> orders = new Dictionary<string, Order>();
        private readonly List<string> events = new List<string>();
        private readonly AutoResetEvent something = new AutoResetEvent(false);
        private readonly Dictionary<string, string> toldPrices = new Dictionary<string, string>();
        private HashSet<string> watched = new HashSet<string>();
        private Account account;
        private volatile bool running;
        private string session = "";
        private long firstEvent = 1;
        private long handled;
        private DateTime pricesToldAt = DateTime.MinValue;
        private readonly DateTime startedAt = DateTime.UtcNow;

        public FKSBridgeWorker(FKSBridgeSettings settings)
        {
            this.settings = settings;
            ids = new FKSIdLog(Path.Combine(settings.Directory, "ids-" + settings.Bridge + "-" + settings.Account + ".log"));
        }

        public static void Report(string text)
        {
            NinjaTrader.Code.Output.Process("FKSBridge: " + text, PrintTo.OutputTab1);
        }

        public void Start()
        {
            running = true;
            new Thread(Work) { IsBackground = true, Name = "FKSBridge commands" }.Start();
            new Thread(TellAll) { IsBackground = true, Name = "FKSBridge events" }.Start();
        }

        public void Stop()
        {
            running = false;
            something.Set();
            if (account != null)
            {
                account.OrderUpdate -= OnOrderUpdate;
                account.ExecutionUpdate -= OnExecutionUpdate;
            }
            ids.Close();
        }

        // Commands -----------------------------------------------------------------------------------

        private void Work()
        {
            while (running)
            {
                try
                {
                    if (account == null && !FindAccount()) { Thread.Sleep(RetryMilliseconds); continue; }
                    if (session == "" && !Hello()) { Thread.Sleep(RetryMilliseconds); continue; }
                    Poll();
                }
                catch (Exception problem)
                {
                    Report(problem.Message);
                    Thread.Sleep(RetryMilliseconds);
                }
            }
        }

        private bool FindAccount()
        {
            lock (Account.All) account = Account.All.FirstOrDefault(one => one.Name == settings.Account);
            if (account == null) { Report("There is no account " + settings.Account + ". Connect it in the Control Center."); return false; }
            account.OrderUpdate += OnOrderUpdate;
            account.ExecutionUpdate += OnExecutionUpdate;
            return true;
        }

        private bool Hello()
        {
            EndSession();
            FKSJson answer = Send("hello", "{\"protocol\":" + Protocol + ",\"terminal_id\":" + FKSJson.Quoted(ids.TerminalId)
                + ",\"program\":" + FKSJson.Quoted(Program) + ",\"account\":" + FKSJson.Quoted(account.Name)
                + ",\"demo\":" + (IsSimulated() ? "true" : "false") + "}", 0);
            if (answer == null) return false;
            lock (gate) session = answer.Text("session");
            Report("The service has let this terminal in for " + account.Name + ".");
            return session != "";
        }

        // Only NinjaTrader's own simulation is worth nothing for certain.
        private bool IsSimulated()
        {
            return account.Name.StartsWith("Sim") || account.Name == "Playback101";
        }

        private void EndSession()
        {
            lock (gate)
            {
                session = "";
                handled = 0;
                firstEvent = 1;
                events.Clear();
                watched = new HashSet<string>();
                toldPrices.Clear();
            }
        }

        private string Hindrance()
        {
            if (account.Connection == null || account.Connection.Status != ConnectionStatus.Connected)
                return "The account " + account.Name + " is not connected.";
            if (!ids.IsHealthy) return "The log of ids cannot be written: is the disk full?";
            return "";
        }

        private void Poll()
        {
            string hindrance = Hindrance();
            string mine = session;
            FKSJson answer = Send("poll", "{\"session\":" + FKSJson.Quoted(mine) + ",\"handled\":" + handled + ",\"wait_ms\":" + WaitMilliseconds
                + ",\"ready\":" + (hindrance == "" ? "true" : "false") + ",\"reason\":" + FKSJson.Quoted(hindrance) + "}", WaitMilliseconds);
            if (answer == null) { Thread.Sleep(RetryMilliseconds); return; }
            DateTime readAt = DateTime.UtcNow;
            foreach (FKSJson command in answer.List("commands"))
            {
                if (!running || session != mine) return;
                long number = command.Integer("number");
                // Seen before: its answer is among the events, or was told.
                if (number <= handled) continue;
                string told = CarryOut(command, readAt);
                handled = number;
                Tell("{\"event\":\"answer\",\"number\":" + number + "," + told + "}");
            }
        }

        private static string Word(string result, string reason = "")
        {
            return "\"result\":\"" + result + "\",\"reason\":" + FKSJson.Quoted(reason);
        }

        private string CarryOut(FKSJson command, DateTime readAt)
        {
            string id = command.Text("id");
            try
            {
                if (id != "") Adopt(id, command.Text("mark"));
                switch (command.Text("command"))
                {
                    case "submit": return Submit(command, id, readAt);
                    case "cancel": return Cancel(id);
                    case "query": return Query(id);
                    case "open_orders": return OpenOrders();
                    case "positions": return Positions();
                    case "balances": return Balances();
                    case "instruments": return Instruments();
                    case "prices": return Word("done") + ",\"prices\":[" + Prices(command.Texts("symbols")) + "]";
                    case "watch": return Watch(command.Texts("symbols"));
                    default: return Word("unknown", "This program does not know the command.");
                }
            }
            catch (Exception problem)
            {
                // Whatever it was in the middle of may have happened.
                return Word("unknown", problem.Message);
            }
        }

        // An order of an id that this log does not have: the log is another one than the order was begun by.
        private void Adopt(string id, string mark)
        {
            if (ids.StateOf(id) == FKSIdState.None && OrderOfMark(mark) != null) ids.Begin(id, mark);
        }

        private string Refused(string id, string code, string reason)
        {
            // The refusal is a promise: this id never trades. Without it in the log nothing is promised.
            if (!ids.Refuse(id)) return Word("unknown", "The log of ids cannot be written.");
            return Word("refused", reason) + ",\"code\":\"" + code + "\"";
        }

        private string Submit(FKSJson command, string id, DateTime readAt)
        {
            if (id == "") return Word("unknown", "The order has no id.");
            string mark = command.Text("mark");
            switch (ids.StateOf(id))
            {
                case FKSIdState.Refused: return Word("refused", "This id was refused before.") + ",\"code\":\"ID_CLOSED\"";
                case FKSIdState.Begun: return Word("known", "This id is in the log already.");
            }
            if ((DateTime.UtcNow - readAt).TotalMilliseconds >= command.Integer("valid_ms"))
                return Refused(id, "TOO_LATE", "The order came too late to be begun.");
            Instrument instrument = InstrumentOf(command.Text("symbol"));
            if (instrument == null) return Refused(id, "NO_SYMBOL", "NinjaTrader has no such instrument here.");
            decimal lots;
            if (!decimal.TryParse(command.Text("lots"), NumberStyles.Number, CultureInfo.InvariantCulture, out lots)
                || lots != decimal.Truncate(lots) || lots < 1 || lots > int.MaxValue)
                return Refused(id, "CONTRACTS", "Contracts are whole numbers.");
            OrderType type;
            switch (command.Text("type"))
            {
                case "MARKET": type = OrderType.Market; break;
                case "LIMIT": type = OrderType.Limit; break;
                case "STOP": type = OrderType.StopMarket; break;
                case "STOP_LIMIT": type = OrderType.StopLimit; break;
                default: return Refused(id, "ORDER_TYPE", "NinjaTrader has no such order type.");
            }
            if (type != OrderType.Market && command.Text("time_in_force") != "GTC")
                return Refused(id, "TIME_IN_FORCE", "A waiting order is good till cancelled here.");
            OrderAction action = command.Text("side") == "BUY" ? OrderAction.Buy : OrderAction.Sell;
            Order order = account.CreateOrder(instrument, action, type, OrderEntry.Automated, TimeInForce.Gtc, (int)lots,
                Price(command.Text("limit_price")), Price(command.Text("trigger_price")), "", mark, NinjaTrader.Core.Globals.MaxDate, null);

            // From here on the order may be at the broker, whatever happens to this program.
            if (!ids.Begin(id, mark)) return Word("unknown", "The log of ids cannot be written; nothing was submitted.");
            lock (gate) orders[id] = order;
            account.Submit(new[] { order });
            DateTime until = DateTime.UtcNow.AddMilliseconds(AnswerMilliseconds);
            while (running && DateTime.UtcNow < until && !IsAnswered(order)) Thread.Sleep(5);
            if (order.OrderState == OrderState.Rejected && order.Filled == 0)
                return Refused(id, "NT8_REJECTED", "The broker rejected the order; the log of NinjaTrader says why.");
            if (!IsAnswered(order)) return Word("unknown", "The broker has not answered yet.");
            return Word("accepted") + ",\"order\":" + OrderJson(id, order);
        }

        private static bool IsAnswered(Order order)
        {
            return order.OrderState == OrderState.Accepted || order.OrderState == OrderState.Working
                || order.OrderState == OrderState.PartFilled || order.OrderState == OrderState.TriggerPending || IsOver(order);
        }

        private static bool IsOver(Order order)
        {
            return order.OrderState == OrderState.Filled || order.OrderState == OrderState.Cancelled || order.OrderState == OrderState.Rejected;
        }

        private static double Price(string text)
        {
            return text == "" ? 0 : double.Parse(text, CultureInfo.InvariantCulture);
        }

        private string Cancel(string id)
        {
            Order order = OrderOf(id);
            if (order == null)
                return ids.StateOf(id) == FKSIdState.Begun
                    ? Word("unknown", "The account does not show the order now.")
                    : Word("refused", "There is no such order.") + ",\"gone\":true";
            if (IsOver(order)) return Word("refused", "The order is not open.") + ",\"gone\":true";
            account.Cancel(new[] { order });
            DateTime until = DateTime.UtcNow.AddMilliseconds(AnswerMilliseconds);
            while (running && DateTime.UtcNow < until && !IsOver(order)) Thread.Sleep(5);
            if (order.OrderState == OrderState.Cancelled) return Word("canceled") + ",\"order\":" + OrderJson(id, order);
            if (IsOver(order)) return Word("refused", "The order was over before.") + ",\"gone\":true";
            return Word("unknown", "The broker has not answered the cancel yet.");
        }

        private string Query(string id)
        {
            Order order = OrderOf(id);
            if (order != null)
                return IsAnswered(order) ? Word("found") + ",\"order\":" + OrderJson(id, order) : Word("unknown", "The broker has not answered yet.");
            if (ids.StateOf(id) == FKSIdState.Refused) return Word("not_found");
            if (ids.StateOf(id) == FKSIdState.Begun)
            {
                // NinjaTrader keeps the orders of its own day. One of an earlier day that is not there any
                // more may have been executed, so nobody can say that it never was.
                if (Hindrance() != "") return Word("unknown", Hindrance());
                return Word("unknown", "The order was begun, and NinjaTrader does not show it any more. Look at the broker for " + ids.MarkOf(id) + ".");
            }
            if (Hindrance() != "" || (DateTime.UtcNow - startedAt).TotalMilliseconds < SettleMilliseconds)
                return Word("unknown", "The account may not show all of its orders yet.");
            if (!ids.Refuse(id)) return Word("unknown", "The log of ids cannot be written.");
            return Word("not_found");
        }

        private string OpenOrders()
        {
            if (Hindrance() != "") return Word("unknown", Hindrance());
            var own = new List<string>();
            foreach (Order order in AllOrders().Where(one => !IsOver(one)))
            {
                string id = ids.IdOfMark(order.Name);
                if (id != "" && IsAnswered(order)) own.Add(OrderJson(id, order));
            }
            return Word("done") + ",\"orders\":[" + string.Join(",", own) + "],\"external\":[" + External() + "]";
        }

        private string External()
        {
            var others = new List<string>();
            foreach (Order order in AllOrders().Where(one => !IsOver(one) && ids.IdOfMark(one.Name) == ""))
            {
                bool buys = order.OrderAction == OrderAction.Buy || order.OrderAction == OrderAction.BuyToCover;
                others.Add("{\"venue_id\":" + FKSJson.Quoted(VenueId(order)) + ",\"symbol\":" + FKSJson.Quoted(order.Instrument.FullName)
                    + ",\"side\":\"" + (buys ? "BUY" : "SELL") + "\",\"lots\":\"" + (order.Quantity - order.Filled) + "\"}");
            }
            return string.Join(",", others);
        }

        private string Positions()
        {
            if (Hindrance() != "") return Word("unknown", Hindrance());
            var list = new List<string>();
            lock (account.Positions)
                foreach (Position position in account.Positions)
                {
                    int lots = position.MarketPosition == MarketPosition.Short ? -position.Quantity
                        : position.MarketPosition == MarketPosition.Long ? position.Quantity : 0;
                    list.Add("{\"symbol\":" + FKSJson.Quoted(position.Instrument.FullName) + ",\"lots\":\"" + lots + "\"}");
                }
            return Word("done") + ",\"positions\":[" + string.Join(",", list) + "]";
        }

        private string Balances()
        {
            double cash = account.Get(AccountItem.CashValue, Currency.UsDollar);
            double margin = account.Get(AccountItem.InitialMargin, Currency.UsDollar);
            return Word("done") + ",\"balances\":[{\"currency\":\"USD\",\"free\":" + FKSJson.Quoted(Number(cash - margin))
                + ",\"locked\":" + FKSJson.Quoted(Number(margin)) + "}]";
        }

        private string Instruments()
        {
            var list = new List<string>();
            foreach (string name in settings.Instruments)
            {
                Instrument instrument = Instrument.GetInstrument(name);
                if (instrument == null) { Report("There is no instrument " + name + "; it is left out."); continue; }
                MasterInstrument master = instrument.MasterInstrument;
                list.Add("{\"name\":" + FKSJson.Quoted(instrument.FullName) + ",\"base\":" + FKSJson.Quoted(master.Name)
                    + ",\"quote\":\"USD\",\"tick_size\":" + FKSJson.Quoted(Number(master.TickSize))
                    + ",\"lot_step\":\"1\",\"lot_min\":\"1\",\"lot_max\":\"1000\",\"contract_size\":" + FKSJson.Quoted(Number(master.PointValue)) + "}");
            }
            return Word("done") + ",\"instruments\":[" + string.Join(",", list) + "]";
        }

        private Instrument InstrumentOf(string name)
        {
            return settings.Instruments.Contains(name) ? Instrument.GetInstrument(name) : null;
        }

        // Orders -------------------------------------------------------------------------------------

        private List<Order> AllOrders()
        {
            lock (account.Orders) return account.Orders.ToList();
        }

        private Order OrderOfMark(string mark)
        {
            return mark == "" ? null : AllOrders().FirstOrDefault(one => one.Name == mark);
        }

        private Order OrderOf(string id)
        {
            lock (gate)
            {
                Order known;
                if (orders.TryGetValue(id, out known)) return known;
            }
            return OrderOfMark(ids.MarkOf(id));
        }

        private static string VenueId(Order order)
        {
            return string.IsNullOrEmpty(order.OrderId) ? order.Id.ToString(CultureInfo.InvariantCulture) : order.OrderId;
        }

        private static string StatusWord(Order order)
        {
            switch (order.OrderState)
            {
                case OrderState.Filled: return "filled";
                case OrderState.Cancelled: return "canceled";
                case OrderState.Rejected: return "rejected";
                default: return "working";
            }
        }

        private string OrderJson(string id, Order order)
        {
            var fills = new List<string>();
            int filled = 0;
            lock (account.Executions)
                foreach (Execution execution in account.Executions.Where(one => one.Order != null && one.Order.Id == order.Id))
                {
                    filled += execution.Quantity;
                    long time = (long)(execution.Time.ToUniversalTime() - new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc)).TotalMilliseconds;
                    fills.Add("{\"trade_id\":" + FKSJson.Quoted(execution.ExecutionId) + ",\"lots\":\"" + execution.Quantity + "\",\"price\":"
                        + FKSJson.Quoted(Number(execution.Price)) + ",\"fee\":" + FKSJson.Quoted(Number(execution.Commission))
                        + ",\"fee_currency\":\"USD\",\"time_ms\":" + time + "}");
                }
            // What is filled and not among the executions yet is asked for until it is.
            return "{\"id\":" + FKSJson.Quoted(id) + ",\"venue_id\":" + FKSJson.Quoted(VenueId(order)) + ",\"symbol\":" + FKSJson.Quoted(order.Instrument.FullName)
                + ",\"status\":\"" + StatusWord(order) + "\",\"reason\":\"\",\"code\":\"NT8_REJECTED\",\"filled_lots\":\"" + Math.Max(filled, order.Filled)
                + "\",\"fills\":[" + string.Join(",", fills) + "]}";
        }

        private static string Number(double value)
        {
            return ((decimal)value).ToString("0.############", CultureInfo.InvariantCulture);
        }

        // Events -------------------------------------------------------------------------------------

        private void OnOrderUpdate(object sender, OrderEventArgs update) { TellOrder(update.Order); }

        private void OnExecutionUpdate(object sender, ExecutionEventArgs update)
        {
            if (update.Execution != null) TellOrder(update.Execution.Order);
        }

        private void TellOrder(Order order)
        {
            try
            {
                if (order == null || session == "") return;
                string id = ids.IdOfMark(order.Name);
                if (id == "") Tell("{\"event\":\"external_orders\",\"orders\":[" + External() + "]}");
                else if (IsAnswered(order)) Tell("{\"event\":\"order\",\"order\":" + OrderJson(id, order) + "}");
            }
            catch (Exception problem)
            {
                Report("An event was not told, and is compared later: " + problem.Message);
            }
        }

        private void Tell(string text)
        {
            lock (gate) if (session != "") events.Add(text);
            something.Set();
        }

        private string Prices(IEnumerable<string> names)
        {
            var list = new List<string>();
            foreach (string name in names)
            {
                Instrument instrument = InstrumentOf(name);
                if (instrument == null || instrument.MarketData == null || instrument.MarketData.Bid == null || instrument.MarketData.Ask == null) continue;
                var bid = instrument.MarketData.Bid;
                var ask = instrument.MarketData.Ask;
                // Of a market that is closed these are the last prices before, however often they are asked for.
                DateTime came = bid.Time > ask.Time ? bid.Time : ask.Time;
                long age = (long)Math.Max(0, (NinjaTrader.Core.Globals.Now - came).TotalMilliseconds);
                list.Add("{\"symbol\":" + FKSJson.Quoted(name) + ",\"bid\":" + FKSJson.Quoted(Number(bid.Price))
                    + ",\"ask\":" + FKSJson.Quoted(Number(ask.Price)) + ",\"age_ms\":" + age + "}");
            }
            return string.Join(",", list);
        }

        private string Watch(IEnumerable<string> names)
        {
            lock (gate) watched = new HashSet<string>(names);
            return Word("done");
        }

        private void TellPrices()
        {
            List<string> names;
            int waiting;
            lock (gate)
            {
                names = watched.ToList();
                waiting = events.Count;
            }
            // Without an answer nothing is added for ever.
            if (names.Count == 0 || waiting > 1000) return;
            string prices = Prices(names), before;
            toldPrices.TryGetValue("", out before);
            double age = (DateTime.UtcNow - pricesToldAt).TotalMilliseconds;
            if (prices == before ? age < PriceRestMilliseconds : age < PricePauseMilliseconds) return;
            toldPrices[""] = prices;
            pricesToldAt = DateTime.UtcNow;
            Tell("{\"event\":\"prices\",\"prices\":[" + prices + "]}");
        }

        private void TellAll()
        {
            while (running)
            {
                something.WaitOne(PricePauseMilliseconds);
                try
                {
                    if (session == "") continue;
                    TellPrices();
                    while (running && Flush()) { }
                }
                catch (Exception problem)
                {
                    Report(problem.Message);
                    Thread.Sleep(RetryMilliseconds);
                }
            }
        }

        // Tells what waits; whether there may be more.
        private bool Flush()
        {
            string mine;
            long first;
            List<string> batch;
            lock (gate)
            {
                if (session == "" || events.Count == 0) return false;
                mine = session;
                first = firstEvent;
                batch = events.Take(50).ToList();
            }
            FKSJson answer = Send("events", "{\"session\":" + FKSJson.Quoted(mine) + ",\"first\":" + first + ",\"events\":[" + string.Join(",", batch) + "]}", 0);
            if (answer == null) { Thread.Sleep(RetryMilliseconds); return false; }
            lock (gate)
            {
                if (session != mine) return false;
                long told = answer.Integer("next") - firstEvent;
                // The service asks for events that are gone: both begin anew.
                if (told < 0) { EndSession(); return false; }
                events.RemoveRange(0, (int)Math.Min(told, events.Count));
                firstEvent += told;
                return told > 0 && events.Count > 0;
            }
        }

        // Requests -----------------------------------------------------------------------------------

        // The answer; null if there was none, or a refusal, which is reported.
        private FKSJson Send(string step, string body, int waitMilliseconds)
        {
            var request = (HttpWebRequest)WebRequest.Create(settings.Url + "/bridge/" + settings.Bridge + "/" + step);
            request.Method = "POST";
            request.ContentType = "application/json";
            request.Headers["Authorization"] = "Bearer " + settings.Token;
            request.Timeout = waitMilliseconds + 5000;
            request.ReadWriteTimeout = waitMilliseconds + 5000;
            request.ServicePoint.Expect100Continue = false;
            try
            {
                byte[] bytes = Encoding.UTF8.GetBytes(body);
                using (Stream stream = request.GetRequestStream()) stream.Write(bytes, 0, bytes.Length);
                using (var response = (HttpWebResponse)request.GetResponse()) return new FKSJson(Text(response));
            }
            catch (WebException problem)
            {
                var response = problem.Response as HttpWebResponse;
                if (response == null) { Report("No answer from " + settings.Url + ": " + problem.Message); return null; }
                using (response)
                {
                    var answer = new FKSJson(Text(response));
                    if (answer.Text("code") == "BRIDGE_SESSION_OVER") EndSession();
                    else Report((int)response.StatusCode + " " + answer.Text("code") + ": " + answer.Text("error"));
                }
                return null;
            }
        }

        private static string Text(HttpWebResponse response)
        {
            using (Stream stream = response.GetResponseStream())
            using (var reader = new StreamReader(stream, Encoding.UTF8)) return reader.ReadToEnd();
        }
    }
}
