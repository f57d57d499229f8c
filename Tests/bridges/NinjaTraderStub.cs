// As much of NinjaTrader 8 as the add-on of config/bridges/ninjatrader uses, with an account that
// trades: it stands in for the program that runs on Windows only, so that the add-on itself can be
// compiled and run in tests. What it shows of NinjaTrader is what its documentation says of these
// classes; the real ones were not at hand.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;

namespace NinjaTrader.Core
{
    public static class Globals
    {
        public static string UserDataDir = ".";
        public static DateTime MaxDate = new DateTime(2099, 12, 1);
        public static DateTime Now { get { return DateTime.Now; } }
    }
}

namespace NinjaTrader.Code
{
    public static class Output
    {
        public static void Process(string text, NinjaTrader.NinjaScript.PrintTo tab) { Console.WriteLine(text); }
    }
}

namespace NinjaTrader.NinjaScript
{
    public enum PrintTo { OutputTab1 }
    public enum State { SetDefaults, Configure, Active, Terminated }

    public class AddOnBase
    {
        protected State State;
        protected string Name, Description;
        protected virtual void OnStateChange() { }
        public void Enter(State state) { State = state; OnStateChange(); }
    }
}

namespace NinjaTrader.Data
{
    public class Quote { public double Price; public DateTime Time = DateTime.Now; }
    public class MarketData { public Quote Bid, Ask; }
}

namespace NinjaTrader.Cbi
{
    public enum OrderState { Initialized, Submitted, Accepted, TriggerPending, Working, PartFilled, Filled, Cancelled, Rejected, Unknown }
    public enum OrderAction { Buy, BuyToCover, Sell, SellShort }
    public enum OrderType { Market, Limit, StopMarket, StopLimit }
    public enum OrderEntry { Manual, Automated }
    public enum TimeInForce { Day, Gtc }
    public enum MarketPosition { Flat, Long, Short }
    public enum ConnectionStatus { Connected, Disconnected }
    public enum AccountItem { CashValue, InitialMargin }
    public enum Currency { UsDollar }

    public class Connection { public ConnectionStatus Status = ConnectionStatus.Connected; }
    public class MasterInstrument { public string Name; public double TickSize, PointValue; }

    public class Instrument
    {
        public string FullName;
        public MasterInstrument MasterInstrument;
        public NinjaTrader.Data.MarketData MarketData;
        private static readonly Dictionary<string, Instrument> all = new Dictionary<string, Instrument>();

        public static void Add(string name, double tick, double point, double price)
        {
            all[name] = new Instrument
            {
                FullName = name,
                MasterInstrument = new MasterInstrument { Name = name.Split(' ')[0], TickSize = tick, PointValue = point },
                MarketData = new NinjaTrader.Data.MarketData
                {
                    Bid = new NinjaTrader.Data.Quote { Price = price }, Ask = new NinjaTrader.Data.Quote { Price = price }
                }
            };
        }

        public static Instrument GetInstrument(string name)
        {
            Instrument found;
            return all.TryGetValue(name, out found) ? found : null;
        }
    }

    public class Order
    {
        public long Id;
        public string OrderId = "", Name;
        public Instrument Instrument;
        public OrderAction OrderAction;
        public OrderType OrderType;
        public OrderState OrderState;
        public int Quantity, Filled;
        public double LimitPrice, StopPrice;
    }

    public class Execution
    {
        public string ExecutionId;
        public Order Order;
        public int Quantity;
        public double Price, Commission;
        public DateTime Time;
    }

    public class Position { public Instrument Instrument; public MarketPosition MarketPosition; public int Quantity; }
    public class OrderEventArgs : EventArgs { public Order Order; }
    public class ExecutionEventArgs : EventArgs { public Execution Execution; }

    public class Account
    {
        public static readonly List<Account> All = new List<Account>();
        public string Name;
        public Connection Connection = new Connection();
        public readonly List<Order> Orders = new List<Order>();
        public readonly List<Execution> Executions = new List<Execution>();
        public readonly List<Position> Positions = new List<Position>();
        public event EventHandler<OrderEventArgs> OrderUpdate;
        public event EventHandler<ExecutionEventArgs> ExecutionUpdate;
        // Where every submission is written down, for tests that count them.
        public string Ledger = "";
        private long lastId;

        public Order CreateOrder(Instrument instrument, OrderAction action, OrderType type, OrderEntry entry, TimeInForce time, int quantity,
            double limitPrice, double stopPrice, string oco, string name, DateTime date, object custom)
        {
            return new Order
            {
                Id = Interlocked.Increment(ref lastId), Name = name, Instrument = instrument, OrderAction = action, OrderType = type,
                Quantity = quantity, LimitPrice = limitPrice, StopPrice = stopPrice, OrderState = OrderState.Initialized
            };
        }

        public double Get(AccountItem item, Currency currency) { return item == AccountItem.CashValue ? 100000 : 0; }

        public void Submit(IEnumerable<Order> list)
        {
            foreach (Order order in list)
            {
                if (Ledger != "") File.AppendAllText(Ledger, order.Name + "\n");
                lock (Orders) Orders.Add(order);
                Move(order, OrderState.Submitted);
                Order mine = order;
                ThreadPool.QueueUserWorkItem(ignored =>
                {
                    mine.OrderId = "NT" + mine.Id.ToString(CultureInfo.InvariantCulture);
                    Move(mine, OrderState.Working);
                    Match(mine);
                });
            }
        }

        public void Cancel(IEnumerable<Order> list)
        {
            foreach (Order order in list)
                if (order.OrderState == OrderState.Working) Move(order, OrderState.Cancelled);
        }

        // Moves a price; what rests there trades.
        public void SetPrice(Instrument instrument, double price)
        {
            instrument.MarketData.Bid.Price = instrument.MarketData.Ask.Price = price;
            List<Order> resting;
            lock (Orders) resting = Orders.Where(one => one.Instrument == instrument && one.OrderState == OrderState.Working).ToList();
            foreach (Order order in resting) Match(order);
        }

        private void Match(Order order)
        {
            double price = order.Instrument.MarketData.Ask.Price;
            bool buys = order.OrderAction == OrderAction.Buy;
            if (order.OrderType == OrderType.Limit && (buys ? price > order.LimitPrice : price < order.LimitPrice)) return;
            if (order.OrderType == OrderType.StopMarket && (buys ? price < order.StopPrice : price > order.StopPrice)) return;
            var execution = new Execution
            {
                ExecutionId = Guid.NewGuid().ToString("N"), Order = order, Quantity = order.Quantity, Price = price, Commission = 2.1, Time = DateTime.Now
            };
            order.Filled = order.Quantity;
            // The state comes before the execution, as it may in NinjaTrader.
            Move(order, OrderState.Filled);
            lock (Executions) Executions.Add(execution);
            Hold(order.Instrument, buys ? order.Quantity : -order.Quantity);
            var told = ExecutionUpdate;
            if (told != null) told(this, new ExecutionEventArgs { Execution = execution });
        }

        private void Hold(Instrument instrument, int lots)
        {
            lock (Positions)
            {
                Position held = Positions.FirstOrDefault(one => one.Instrument == instrument);
                int before = held == null ? 0 : held.MarketPosition == MarketPosition.Short ? -held.Quantity : held.Quantity;
                if (held != null) Positions.Remove(held);
                int after = before + lots;
                if (after == 0) return;
                Positions.Add(new Position
                {
                    Instrument = instrument, Quantity = Math.Abs(after), MarketPosition = after > 0 ? MarketPosition.Long : MarketPosition.Short
                });
            }
        }

        private void Move(Order order, OrderState state)
        {
            order.OrderState = state;
            var told = OrderUpdate;
            if (told != null) told(this, new OrderEventArgs { Order = order });
        }
    }

    // Runs the add-on on an account of its own. Lines of standard input move prices: NAME=PRICE.
    public static class Run
    {
        public static void Main(string[] arguments)
        {
            NinjaTrader.Core.Globals.UserDataDir = arguments[0];
            Instrument.Add("ES 03-25", 0.25, 50, 5000);
            Instrument.Add("NQ 03-25", 0.25, 20, 18000);
            var account = new Account { Name = "Sim101", Ledger = Path.Combine(arguments[0], "ledger") };
            Account.All.Add(account);
            var addOn = new NinjaTrader.NinjaScript.AddOns.FKSBridge();
            addOn.Enter(NinjaTrader.NinjaScript.State.SetDefaults);
            addOn.Enter(NinjaTrader.NinjaScript.State.Configure);
            // Nobody moves prices, and nobody needs it for longer.
            if (arguments.Length > 1) { Thread.Sleep(300000); return; }
            for (string line = Console.ReadLine(); line != null; line = Console.ReadLine())
            {
                string[] parts = line.Split('=');
                account.SetPrice(Instrument.GetInstrument(parts[0]), double.Parse(parts[1], CultureInfo.InvariantCulture));
            }
            addOn.Enter(NinjaTrader.NinjaScript.State.Terminated);
        }
    }
}
