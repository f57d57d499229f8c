// The far side of the bridge in MetaTrader 5: an Expert Advisor that asks FKS Execution for commands,
// executes each order at most once, and tells what became of it. docs/BRIDGES.md has the protocol and
// a guide. The rule to keep: an id is in the log on the disk before its order is at the broker, and
// an id of the log is never sent again.
//
// WebRequest blocks this program, so it waits for commands in short turns and looks at its orders
// between them. Nothing here decides anything: prices, sizes and reasons come from the service.

#property copyright "FKS"
#property version   "1.00"
#property description "Executes the orders of FKS Execution on this account, each once."

#include "FKSJson.mqh"
#include "FKSLog.mqh"

input string InpUrl     = "http://127.0.0.1:8004"; // Address of FKS Execution; allow it in Options, Expert Advisors
input string InpBridge  = "mt5";                   // Name of the plugin
input string InpToken   = "";                      // MT5_BRIDGE_TOKEN of the service
input int    InpWaitMs  = 500;                     // How long one question for commands may wait, in milliseconds
input long   InpMagic   = 20260101;                // Marks the orders of this program
input int    InpSlippagePoints = 20;               // How far a market order may slip, in points
input int    InpSymbolsMax = 200;                  // The most symbols of Market Watch that are traded

const int    PROTOCOL      = 1;
const string PROGRAM       = "FKSBridge.mq5 1.00";
const int    HELLO_PAUSE_MS = 3000;   // Between two attempts to be let in
const int    PRICE_PAUSE_MS = 250;    // Prices are told four times a second at most
const int    PRICE_REST_MS  = 2000;   // and at least every two seconds
const int    SETTLE_MS      = 60000;  // A broker may take so long to show an order in its lists

FKSLog   ids;                 // What became of every id that was ever heard of
string   session = "";        // Empty while nobody has let us in
long     handled = 0;         // The highest command of the session that was carried out
string   events[];            // What is to be told, in order
long     first_event = 1;     // The number of events[0]
string   watched[];           // Symbols whose prices are told
string   last_prices = "";    // What was told of them
ulong    prices_told_at = 0;
ulong    tried_at = 0;
string   status = "Starting.";
bool     orders_changed = false;

//--- Life ----------------------------------------------------------------------------------------

int OnInit()
{
   if(StringLen(InpToken) < 16)
   {
      Alert("FKSBridge: the token is empty or too short. Copy MT5_BRIDGE_TOKEN of the service into InpToken.");
      return INIT_PARAMETERS_INCORRECT;
   }
   if(!ids.Open("FKSBridge-" + InpBridge + "-" + (string)AccountInfoInteger(ACCOUNT_LOGIN) + ".log"))
   {
      Alert("FKSBridge: the log of ids cannot be opened, so nothing is traded. Is another chart running FKSBridge?");
      return INIT_FAILED;
   }
   EventSetMillisecondTimer(50);
   return INIT_SUCCEEDED;
}

void OnDeinit(const int reason)
{
   EventKillTimer();
   ids.Close();
   Comment("");
}

// One turn: tell, ask, carry out, tell. Every command is answered before the next question.
void OnTimer()
{
   if(session == "" && !Hello())
   {
      Show();
      return;
   }
   TellPrices();
   TellExternalOrders();
   Flush();
   if(session != "") Poll();
   Flush();
   Show();
}

// A trade, told by the terminal. It only says that something happened: what is told is read from the
// account's own lists, because these callbacks come in any order and some never come.
void OnTradeTransaction(const MqlTradeTransaction &transaction, const MqlTradeRequest &request,
                        const MqlTradeResult &result)
{
   orders_changed = true;
   ulong order = transaction.order;
   if(transaction.type == TRADE_TRANSACTION_DEAL_ADD)
   {
      if(!HistoryDealSelect(transaction.deal)) return;
      order = (ulong)HistoryDealGetInteger(transaction.deal, DEAL_ORDER);
      if(HistoryDealGetInteger(transaction.deal, DEAL_ENTRY) == DEAL_ENTRY_OUT_BY) return;
   }
   else if(transaction.type != TRADE_TRANSACTION_HISTORY_ADD && transaction.type != TRADE_TRANSACTION_ORDER_UPDATE)
      return;
   string id = ids.IdOfTicket(order);
   if(id == "") id = ids.IdOfMark(MarkOfTicket(order));
   string json;
   if(id != "" && OrderJson(id, json)) Tell("{\"event\":\"order\",\"order\":" + json + "}");
}

// What a person sees on the chart.
void Show()
{
   Comment("FKS Execution, bridge ", InpBridge, "\n", status, "\n",
           session == "" ? "Not connected." : "Connected.", "  Ids in the log: ", ids.Count());
}

//--- Requests ------------------------------------------------------------------------------------

// Sends a request; the HTTP status, or -1 without an answer.
int Send(const string step, const string body, const int wait_ms, string &answer)
{
   char   data[], result[];
   string headers;
   int length = StringToCharArray(body, data, 0, WHOLE_ARRAY, CP_UTF8) - 1;
   ArrayResize(data, MathMax(length, 0));
   string own = "Content-Type: application/json\r\nAuthorization: Bearer " + InpToken + "\r\n";
   ResetLastError();
   int code = WebRequest("POST", InpUrl + "/bridge/" + InpBridge + "/" + step, own, wait_ms + 5000, data, result, headers);
   answer = CharArrayToString(result, 0, WHOLE_ARRAY, CP_UTF8);
   if(code == -1)
   {
      int error = GetLastError();
      status = error == 4014
         ? "WebRequest is not allowed. Tools, Options, Expert Advisors: allow WebRequest for " + InpUrl
         : "No answer from " + InpUrl + " (error " + (string)error + ").";
   }
   return code;
}

// Looks at a refusal; whether the request was answered as hoped.
bool Accepted(const int code, const string answer)
{
   if(code == 200 || code == 204) return true;
   if(code == -1) return false;
   FKSJson json(answer);
   string name = json.Text("code");
   status = code == 404 && name != "BRIDGE_SESSION_OVER" ? "There is no bridge named " + InpBridge + " there." : json.Text("error");
   if(name == "BRIDGE_SESSION_OVER") EndSession();
   else if(name != "") Print("FKSBridge: ", name, ": ", status);
   return false;
}

// What was not told is not needed any more: everything is compared with the next session.
void EndSession()
{
   session = "";
   handled = 0;
   first_event = 1;
   ArrayResize(events, 0);
   ArrayResize(watched, 0);
   last_prices = "";
}

bool Hello()
{
   if(GetTickCount64() - tried_at < (ulong)HELLO_PAUSE_MS) return false;
   tried_at = GetTickCount64();
   EndSession();
   string body = "{\"protocol\":" + (string)PROTOCOL
      + ",\"terminal_id\":" + Quoted(ids.TerminalId())
      + ",\"program\":" + Quoted(PROGRAM)
      + ",\"account\":" + Quoted((string)AccountInfoInteger(ACCOUNT_LOGIN))
      + ",\"demo\":" + (AccountInfoInteger(ACCOUNT_TRADE_MODE) == ACCOUNT_TRADE_MODE_REAL ? "false" : "true") + "}";
   string answer;
   int code = Send("hello", body, 0, answer);
   if(!Accepted(code, answer)) return false;
   FKSJson json(answer);
   session = json.Text("session");
   status = "The service has let this terminal in.";
   return session != "";
}

// Why nothing could be traded now; empty if it could.
string Hindrance()
{
   if(!TerminalInfoInteger(TERMINAL_CONNECTED)) return "The terminal has no connection to the broker.";
   if(!TerminalInfoInteger(TERMINAL_TRADE_ALLOWED)) return "Algo Trading is off: press the button in the toolbar.";
   if(!MQLInfoInteger(MQL_TRADE_ALLOWED)) return "This Expert Advisor may not trade: tick Allow Algo Trading in its settings.";
   if(!AccountInfoInteger(ACCOUNT_TRADE_ALLOWED)) return "The broker allows no trading on this account.";
   if(!AccountInfoInteger(ACCOUNT_TRADE_EXPERT)) return "The broker allows no Expert Advisors on this account.";
   if(!ids.IsHealthy()) return "The log of ids cannot be written: is the disk full?";
   return "";
}

void Poll()
{
   string hindrance = Hindrance();
   string body = "{\"session\":" + Quoted(session) + ",\"handled\":" + (string)handled
      + ",\"wait_ms\":" + (string)InpWaitMs + ",\"ready\":" + (hindrance == "" ? "true" : "false")
      + ",\"reason\":" + Quoted(hindrance) + "}";
   string answer;
   int code = Send("poll", body, InpWaitMs, answer);
   ulong read_at = GetTickCount64();
   if(!Accepted(code, answer)) return;
   status = hindrance == "" ? "Ready." : hindrance;
   if(code == 204) return;
   FKSJson json(answer);
   int list = json.Member(json.Root(), "commands");
   for(int command = json.First(list); command >= 0; command = json.Next(command))
   {
      long number = (long)json.Number(command, "number");
      // Seen before: its answer is among the events, or was told.
      if(number <= handled) continue;
      string answered = CarryOut(json, command, read_at);
      handled = number;
      Tell("{\"event\":\"answer\",\"number\":" + (string)number + "," + answered + "}");
   }
}

void Tell(const string event)
{
   // Nobody listens, and everything is compared once somebody does.
   if(session == "") return;
   int count = ArraySize(events);
   ArrayResize(events, count + 1, 64);
   events[count] = event;
}

// Tells all that is to be told. What the service has is forgotten.
void Flush()
{
   while(session != "" && ArraySize(events) > 0)
   {
      int count = MathMin(ArraySize(events), 50);
      string list = "";
      for(int i = 0; i < count; i++) list += (i > 0 ? "," : "") + events[i];
      string body = "{\"session\":" + Quoted(session) + ",\"first\":" + (string)first_event + ",\"events\":[" + list + "]}";
      string answer;
      int code = Send("events", body, 0, answer);
      if(!Accepted(code, answer)) return;
      FKSJson json(answer);
      long next = (long)json.Number(json.Root(), "next");
      int told = (int)(next - first_event);
      // The service asks for events that are gone: both begin anew.
      if(told < 0) { EndSession(); return; }
      if(told == 0) return;
      told = MathMin(told, ArraySize(events));
      ArrayRemove(events, 0, told);
      first_event = next;
   }
}

//--- Commands ------------------------------------------------------------------------------------

string Word(const string result, const string reason = "")
{
   return "\"result\":\"" + result + "\",\"reason\":" + Quoted(reason);
}

string CarryOut(FKSJson &json, const int command, const ulong read_at)
{
   string word = json.Text(command, "command");
   string id   = json.Text(command, "id");
   if(id != "") Adopt(id, json.Text(command, "mark"));
   if(word == "submit")      return Submit(json, command, id, read_at);
   if(word == "cancel")      return Cancel(id);
   if(word == "query")       return Query(id);
   if(word == "open_orders") return OpenOrders();
   if(word == "positions")   return Positions();
   if(word == "balances")    return Balances();
   if(word == "instruments") return Instruments();
   if(word == "prices")      return Prices(json, json.Member(command, "symbols"));
   if(word == "watch")       return Watch(json, json.Member(command, "symbols"));
   return Word("unknown", "This program knows no command " + word + ".");
}

// An order of an id that this log does not have: the log is another one than the order was begun by.
void Adopt(const string id, const string mark)
{
   if(ids.State(id) != FKS_ID_NONE) return;
   ulong ticket = TicketOfMark(mark);
   if(ticket != 0 && ids.Begin(id, mark)) ids.Note(id, ticket);
}

string Refused(const string id, const string code, const string reason)
{
   // The refusal is a promise: this id never trades. Without it in the log nothing is promised.
   if(!ids.Refuse(id)) return Word("unknown", "The log of ids cannot be written.");
   return Word("refused", reason) + ",\"code\":" + Quoted(code);
}

string Submit(FKSJson &json, const int command, const string id, const ulong read_at)
{
   if(id == "") return Word("unknown", "The order has no id.");
   switch(ids.State(id))
   {
      case FKS_ID_REFUSED: return Word("refused", "This id was refused before.") + ",\"code\":\"ID_CLOSED\"";
      case FKS_ID_BEGUN:   return Word("known", "This id is in the log already.");
   }
   string mark = json.Text(command, "mark");
   if(GetTickCount64() - read_at >= (ulong)json.Number(command, "valid_ms"))
      return Refused(id, "TOO_LATE", "The order came too late to be begun.");
   string symbol = json.Text(command, "symbol");
   if(!SymbolSelect(symbol, true)) return Refused(id, "NO_SYMBOL", "The broker has no " + symbol + ".");

   MqlTradeRequest request; ZeroMemory(request);
   MqlTradeResult  result;  ZeroMemory(result);
   string type = json.Text(command, "type");
   bool   buy  = json.Text(command, "side") == "BUY";
   request.symbol  = symbol;
   request.volume  = StringToDouble(json.Text(command, "lots"));
   request.magic   = (ulong)InpMagic;
   request.comment = mark;
   double limit   = StringToDouble(json.Text(command, "limit_price"));
   double trigger = StringToDouble(json.Text(command, "trigger_price"));
   if(type == "MARKET")
   {
      request.action       = TRADE_ACTION_DEAL;
      request.type         = buy ? ORDER_TYPE_BUY : ORDER_TYPE_SELL;
      request.price        = SymbolInfoDouble(symbol, buy ? SYMBOL_ASK : SYMBOL_BID);
      request.deviation    = (ulong)InpSlippagePoints;
      request.type_filling = Filling(symbol);
   }
   else
   {
      if(json.Text(command, "time_in_force") != "GTC")
         return Refused(id, "TIME_IN_FORCE", "A waiting order is good till cancelled here; " + json.Text(command, "time_in_force") + " is not known.");
      request.action       = TRADE_ACTION_PENDING;
      request.type_time    = ORDER_TIME_GTC;
      request.type_filling = ORDER_FILLING_RETURN;
      if(type == "LIMIT")           { request.type = buy ? ORDER_TYPE_BUY_LIMIT : ORDER_TYPE_SELL_LIMIT; request.price = limit; }
      else if(type == "STOP")       { request.type = buy ? ORDER_TYPE_BUY_STOP : ORDER_TYPE_SELL_STOP; request.price = trigger; }
      else if(type == "STOP_LIMIT") { request.type = buy ? ORDER_TYPE_BUY_STOP_LIMIT : ORDER_TYPE_SELL_STOP_LIMIT; request.price = trigger; request.stoplimit = limit; }
      else return Refused(id, "ORDER_TYPE", "MetaTrader has no " + type + " orders.");
   }
   // The broker's own checks, before anything is sent: a refusal here is a proof.
   MqlTradeCheckResult check; ZeroMemory(check);
   if(!OrderCheck(request, check) && check.retcode != 0)
      return Refused(id, "MT5_" + (string)check.retcode, check.comment);

   // From here on the order may be at the broker, whatever happens to this program.
   if(!ids.Begin(id, mark)) return Word("unknown", "The log of ids cannot be written; nothing was sent.");
   bool sent = OrderSend(request, result);
   if(result.order != 0) ids.Note(id, result.order);
   if(sent && (result.retcode == TRADE_RETCODE_DONE || result.retcode == TRADE_RETCODE_DONE_PARTIAL || result.retcode == TRADE_RETCODE_PLACED))
      return Told("accepted", id);
   if(IsRefusal(result.retcode) && result.order == 0 && result.deal == 0)
      return Refused(id, "MT5_" + (string)result.retcode, result.comment == "" ? "The trade server refused it." : result.comment);
   return Word("unknown", "The trade server answered " + (string)result.retcode + " " + result.comment + ".");
}

// Return codes after which there is certainly no order. Timeouts, lost connections and errors in
// between (10011, 10012, 10031) prove nothing.
bool IsRefusal(const uint code)
{
   switch(code)
   {
      case TRADE_RETCODE_REQUOTE: case TRADE_RETCODE_REJECT: case TRADE_RETCODE_INVALID:
      case TRADE_RETCODE_INVALID_VOLUME: case TRADE_RETCODE_INVALID_PRICE: case TRADE_RETCODE_INVALID_STOPS:
      case TRADE_RETCODE_TRADE_DISABLED: case TRADE_RETCODE_MARKET_CLOSED: case TRADE_RETCODE_NO_MONEY:
      case TRADE_RETCODE_PRICE_CHANGED: case TRADE_RETCODE_PRICE_OFF: case TRADE_RETCODE_INVALID_EXPIRATION:
      case TRADE_RETCODE_TOO_MANY_REQUESTS: case TRADE_RETCODE_SERVER_DISABLES_AT: case TRADE_RETCODE_CLIENT_DISABLES_AT:
      case TRADE_RETCODE_INVALID_FILL: case TRADE_RETCODE_ONLY_REAL: case TRADE_RETCODE_LIMIT_ORDERS:
      case TRADE_RETCODE_LIMIT_VOLUME: case TRADE_RETCODE_INVALID_ORDER: case TRADE_RETCODE_LONG_ONLY:
      case TRADE_RETCODE_SHORT_ONLY: case TRADE_RETCODE_CLOSE_ONLY:
         return true;
   }
   return false;
}

// How the symbol lets a market order be filled.
ENUM_ORDER_TYPE_FILLING Filling(const string symbol)
{
   long modes = SymbolInfoInteger(symbol, SYMBOL_FILLING_MODE);
   if((modes & SYMBOL_FILLING_IOC) != 0) return ORDER_FILLING_IOC;
   if((modes & SYMBOL_FILLING_FOK) != 0) return ORDER_FILLING_FOK;
   return ORDER_FILLING_RETURN;
}

string Told(const string result, const string id)
{
   string json;
   return OrderJson(id, json) ? Word(result) + ",\"order\":" + json
                              : Word("unknown", "The account does not show the order yet.");
}

string Cancel(const string id)
{
   ulong ticket = TicketOfId(id);
   if(ticket == 0 || !OrderSelect(ticket))
   {
      bool gone = ids.State(id) != FKS_ID_BEGUN || (ticket != 0 && HistoryOrderSelect(ticket));
      return gone ? Word("refused", "The order is not open.") + ",\"gone\":true"
                  : Word("unknown", "The account does not show the order now.");
   }
   MqlTradeRequest request; ZeroMemory(request);
   MqlTradeResult  result;  ZeroMemory(result);
   request.action = TRADE_ACTION_REMOVE;
   request.order  = ticket;
   bool sent = OrderSend(request, result);
   if(sent && result.retcode == TRADE_RETCODE_DONE)
   {
      string json;
      if(OrderJson(id, json) && StringFind(json, "\"status\":\"canceled\"") >= 0)
         return Word("canceled") + ",\"order\":" + json;
      return Word("unknown", "The account does not show the cancel yet.");
   }
   if(IsRefusal(result.retcode) || result.retcode == TRADE_RETCODE_FROZEN || result.retcode == TRADE_RETCODE_ORDER_CHANGED)
      return Word("refused", "MT5_" + (string)result.retcode + " " + result.comment) + ",\"gone\":" + (OrderSelect(ticket) ? "false" : "true");
   return Word("unknown", "The trade server answered " + (string)result.retcode + " " + result.comment + ".");
}

string Query(const string id)
{
   string json;
   if(OrderJson(id, json)) return Word("found") + ",\"order\":" + json;
   switch(ids.State(id))
   {
      case FKS_ID_REFUSED: return Word("not_found");
      case FKS_ID_NONE:
         if(!TerminalInfoInteger(TERMINAL_CONNECTED)) return Word("unknown", "The terminal has no connection to the broker.");
         break;
      case FKS_ID_BEGUN:
         // It was about to be sent. The lists of an account without a connection say nothing, and
         // those of one that has just got it may not be complete yet.
         if(!TerminalInfoInteger(TERMINAL_CONNECTED)) return Word("unknown", "The terminal has no connection to the broker.");
         if(ids.AgeMilliseconds(id) < SETTLE_MS) return Word("unknown", "The account may not show the order yet.");
         if(HasStrangeOrder()) return Word("unknown", "There is an order of this program without a mark; look at it by hand.");
         break;
   }
   if(!ids.Refuse(id)) return Word("unknown", "The log of ids cannot be written.");
   return Word("not_found");
}

string OpenOrders()
{
   string own = "", others = "";
   for(int i = OrdersTotal() - 1; i >= 0; i--)
   {
      ulong ticket = OrderGetTicket(i);
      if(ticket == 0) return Word("unknown", "The orders changed while they were listed.");
      string id = ids.IdOfTicket(ticket);
      if(id == "") id = ids.IdOfMark(OrderGetString(ORDER_COMMENT));
      string json;
      if(id != "")
      {
         if(!OrderJson(id, json)) return Word("unknown", "An order cannot be read.");
         own += (own == "" ? "" : ",") + json;
      }
      else others += (others == "" ? "" : ",") + ExternalJson(ticket);
   }
   return Word("done") + ",\"orders\":[" + own + "],\"external\":[" + others + "]";
}

string Positions()
{
   string symbols[]; double sums[];
   for(int i = PositionsTotal() - 1; i >= 0; i--)
   {
      ulong ticket = PositionGetTicket(i);
      if(ticket == 0) return Word("unknown", "The positions changed while they were listed.");
      string symbol = PositionGetString(POSITION_SYMBOL);
      double lots = PositionGetDouble(POSITION_VOLUME);
      if(PositionGetInteger(POSITION_TYPE) == POSITION_TYPE_SELL) lots = -lots;
      int at = -1;
      for(int k = 0; k < ArraySize(symbols); k++) if(symbols[k] == symbol) at = k;
      if(at < 0)
      {
         at = ArraySize(symbols);
         ArrayResize(symbols, at + 1);
         ArrayResize(sums, at + 1);
         symbols[at] = symbol;
         sums[at] = 0;
      }
      sums[at] += lots;
   }
   string list = "";
   for(int i = 0; i < ArraySize(symbols); i++)
      list += (i > 0 ? "," : "") + "{\"symbol\":" + Quoted(symbols[i]) + ",\"lots\":" + Quoted(Number(sums[i], 8)) + "}";
   return Word("done") + ",\"positions\":[" + list + "]";
}

string Balances()
{
   double equity = AccountInfoDouble(ACCOUNT_EQUITY), margin = AccountInfoDouble(ACCOUNT_MARGIN);
   return Word("done") + ",\"balances\":[{\"currency\":" + Quoted(AccountInfoString(ACCOUNT_CURRENCY))
      + ",\"free\":" + Quoted(Number(equity - margin, 8)) + ",\"locked\":" + Quoted(Number(margin, 8)) + "}]";
}

// The symbols of Market Watch, as far as they can be traded in both directions.
string Instruments()
{
   string list = "";
   int count = 0;
   for(int i = 0; i < SymbolsTotal(true) && count < InpSymbolsMax; i++)
   {
      string symbol = SymbolName(i, true);
      if(SymbolInfoInteger(symbol, SYMBOL_TRADE_MODE) != SYMBOL_TRADE_MODE_FULL) continue;
      string base = SymbolInfoString(symbol, SYMBOL_CURRENCY_BASE), quote = SymbolInfoString(symbol, SYMBOL_CURRENCY_PROFIT);
      // A share has no base currency of its own, only that of its price.
      if(base == "" || base == quote) base = symbol;
      int digits = (int)SymbolInfoInteger(symbol, SYMBOL_DIGITS);
      list += (count++ > 0 ? "," : "") + "{\"name\":" + Quoted(symbol) + ",\"base\":" + Quoted(base) + ",\"quote\":" + Quoted(quote)
         + ",\"tick_size\":" + Quoted(Number(SymbolInfoDouble(symbol, SYMBOL_TRADE_TICK_SIZE), digits))
         + ",\"lot_step\":" + Quoted(Number(SymbolInfoDouble(symbol, SYMBOL_VOLUME_STEP), 8))
         + ",\"lot_min\":" + Quoted(Number(SymbolInfoDouble(symbol, SYMBOL_VOLUME_MIN), 8))
         + ",\"lot_max\":" + Quoted(Number(SymbolInfoDouble(symbol, SYMBOL_VOLUME_MAX), 8))
         + ",\"contract_size\":" + Quoted(Number(SymbolInfoDouble(symbol, SYMBOL_TRADE_CONTRACT_SIZE), 8)) + "}";
   }
   return Word("done") + ",\"instruments\":[" + list + "]";
}

string PriceJson(const string symbol)
{
   MqlTick tick;
   if(!SymbolInfoTick(symbol, tick) || tick.bid <= 0 || tick.ask <= 0) return "";
   int digits = (int)SymbolInfoInteger(symbol, SYMBOL_DIGITS);
   // Of a market that is closed this is the last price before, however often it is asked for.
   long age_ms = (long)TimeTradeServer() * 1000 - tick.time_msc;
   return "{\"symbol\":" + Quoted(symbol) + ",\"bid\":" + Quoted(Number(tick.bid, digits)) + ",\"ask\":" + Quoted(Number(tick.ask, digits))
      + ",\"age_ms\":" + (string)MathMax((long)0, age_ms) + "}";
}

string Prices(FKSJson &json, const int list)
{
   string prices = "";
   for(int item = json.First(list); item >= 0; item = json.Next(item))
   {
      string price = PriceJson(json.String(item));
      if(price != "") prices += (prices == "" ? "" : ",") + price;
   }
   return Word("done") + ",\"prices\":[" + prices + "]";
}

string Watch(FKSJson &json, const int list)
{
   ArrayResize(watched, 0);
   for(int item = json.First(list); item >= 0; item = json.Next(item))
   {
      int count = ArraySize(watched);
      ArrayResize(watched, count + 1);
      watched[count] = json.String(item);
      SymbolSelect(watched[count], true);
   }
   return Word("done");
}

void TellPrices()
{
   ulong now = GetTickCount64();
   // Without an answer nothing is added for ever.
   if(ArraySize(watched) == 0 || ArraySize(events) > 1000 || now - prices_told_at < (ulong)PRICE_PAUSE_MS) return;
   string prices = "";
   for(int i = 0; i < ArraySize(watched); i++)
   {
      string price = PriceJson(watched[i]);
      if(price != "") prices += (prices == "" ? "" : ",") + price;
   }
   if(prices == last_prices && now - prices_told_at < (ulong)PRICE_REST_MS) return;
   last_prices = prices;
   prices_told_at = now;
   Tell("{\"event\":\"prices\",\"prices\":[" + prices + "]}");
}

void TellExternalOrders()
{
   if(!orders_changed) return;
   orders_changed = false;
   CloseOppositePositions();
   string others = "";
   for(int i = OrdersTotal() - 1; i >= 0; i--)
   {
      ulong ticket = OrderGetTicket(i);
      if(ticket == 0 || ids.IdOfTicket(ticket) != "" || ids.IdOfMark(OrderGetString(ORDER_COMMENT)) != "") continue;
      others += (others == "" ? "" : ",") + ExternalJson(ticket);
   }
   Tell("{\"event\":\"external_orders\",\"orders\":[" + others + "]}");
}

//--- The account's own lists ---------------------------------------------------------------------

// On a hedging account a sell does not make a bought position smaller but opens one beside it. The
// two are closed by each other, as they would be on a netting account: what is held all together is
// the same before and after, and no margin is tied up twice. Only positions of this program are.
void CloseOppositePositions()
{
   if(AccountInfoInteger(ACCOUNT_MARGIN_MODE) != ACCOUNT_MARGIN_MODE_RETAIL_HEDGING) return;
   for(int i = 0; i < PositionsTotal(); i++)
   {
      ulong one = PositionGetTicket(i);
      if(one == 0 || PositionGetInteger(POSITION_MAGIC) != InpMagic) continue;
      string symbol = PositionGetString(POSITION_SYMBOL);
      long type = PositionGetInteger(POSITION_TYPE);
      if((SymbolInfoInteger(symbol, SYMBOL_ORDER_MODE) & SYMBOL_ORDER_CLOSEBY) == 0) continue;
      for(int k = i + 1; k < PositionsTotal(); k++)
      {
         ulong other = PositionGetTicket(k);
         if(other == 0 || PositionGetInteger(POSITION_MAGIC) != InpMagic || PositionGetString(POSITION_SYMBOL) != symbol
            || PositionGetInteger(POSITION_TYPE) == type) continue;
         MqlTradeRequest request; ZeroMemory(request);
         MqlTradeResult  result;  ZeroMemory(result);
         request.action = TRADE_ACTION_CLOSE_BY;
         request.position = one;
         request.position_by = other;
         request.magic = (ulong)InpMagic;
         if(!OrderSend(request, result)) Print("FKSBridge: opposite positions of ", symbol, " stay open: ", result.retcode, " ", result.comment);
         return; // The lists have changed; the rest follows with the next change.
      }
   }
}

string MarkOfTicket(const ulong ticket)
{
   if(OrderSelect(ticket)) return OrderGetString(ORDER_COMMENT);
   if(HistoryOrderSelect(ticket)) return HistoryOrderGetString(ticket, ORDER_COMMENT);
   return "";
}

// The order with a mark; 0 if there is none. Brokers may change a comment, so the ticket in the log
// goes before it.
ulong TicketOfMark(const string mark)
{
   for(int i = OrdersTotal() - 1; i >= 0; i--)
   {
      ulong ticket = OrderGetTicket(i);
      if(ticket != 0 && OrderGetString(ORDER_COMMENT) == mark) return ticket;
   }
   if(!HistorySelect(0, TimeCurrent() + 86400)) return 0;
   for(int i = HistoryOrdersTotal() - 1; i >= 0; i--)
   {
      ulong ticket = HistoryOrderGetTicket(i);
      if(ticket != 0 && HistoryOrderGetString(ticket, ORDER_COMMENT) == mark) return ticket;
   }
   return 0;
}

ulong TicketOfId(const string id)
{
   ulong ticket = ids.Ticket(id);
   if(ticket != 0) return ticket;
   if(ids.State(id) != FKS_ID_BEGUN) return 0;
   ticket = TicketOfMark(ids.Mark(id));
   if(ticket != 0) ids.Note(id, ticket);
   return ticket;
}

// Whether there is an order of this program that no id of the log explains.
bool HasStrangeOrder()
{
   if(!HistorySelect(0, TimeCurrent() + 86400)) return true;
   for(int i = HistoryOrdersTotal() - 1; i >= 0; i--)
   {
      ulong ticket = HistoryOrderGetTicket(i);
      if(ticket != 0 && HistoryOrderGetInteger(ticket, ORDER_MAGIC) == InpMagic
         && HistoryOrderGetInteger(ticket, ORDER_TYPE) != ORDER_TYPE_CLOSE_BY && ids.IdOfTicket(ticket) == ""
         && ids.IdOfMark(HistoryOrderGetString(ticket, ORDER_COMMENT)) == "") return true;
   }
   for(int i = OrdersTotal() - 1; i >= 0; i--)
   {
      ulong ticket = OrderGetTicket(i);
      if(ticket != 0 && OrderGetInteger(ORDER_MAGIC) == InpMagic && ids.IdOfTicket(ticket) == ""
         && ids.IdOfMark(OrderGetString(ORDER_COMMENT)) == "") return true;
   }
   return false;
}

string ExternalJson(const ulong ticket)
{
   if(!OrderSelect(ticket)) return "{}";
   ENUM_ORDER_TYPE type = (ENUM_ORDER_TYPE)OrderGetInteger(ORDER_TYPE);
   bool buy = type == ORDER_TYPE_BUY || type == ORDER_TYPE_BUY_LIMIT || type == ORDER_TYPE_BUY_STOP || type == ORDER_TYPE_BUY_STOP_LIMIT;
   return "{\"venue_id\":" + Quoted((string)ticket) + ",\"symbol\":" + Quoted(OrderGetString(ORDER_SYMBOL))
      + ",\"side\":\"" + (buy ? "BUY" : "SELL") + "\",\"lots\":" + Quoted(Number(OrderGetDouble(ORDER_VOLUME_CURRENT), 8)) + "}";
}

string StatusWord(const ENUM_ORDER_STATE state)
{
   switch(state)
   {
      case ORDER_STATE_STARTED: case ORDER_STATE_PLACED: case ORDER_STATE_PARTIAL:
      case ORDER_STATE_REQUEST_ADD: case ORDER_STATE_REQUEST_MODIFY: case ORDER_STATE_REQUEST_CANCEL: return "working";
      case ORDER_STATE_FILLED:   return "filled";
      case ORDER_STATE_CANCELED: return "canceled";
      case ORDER_STATE_EXPIRED:  return "expired";
      case ORDER_STATE_REJECTED: return "rejected";
   }
   return "";
}

// An order with all of its deals; false if the account does not show it.
bool OrderJson(const string id, string &json)
{
   ulong ticket = TicketOfId(id);
   if(ticket == 0) return false;
   string symbol, word;
   if(OrderSelect(ticket))
   {
      symbol = OrderGetString(ORDER_SYMBOL);
      word = StatusWord((ENUM_ORDER_STATE)OrderGetInteger(ORDER_STATE));
   }
   else if(HistoryOrderSelect(ticket))
   {
      symbol = HistoryOrderGetString(ticket, ORDER_SYMBOL);
      word = StatusWord((ENUM_ORDER_STATE)HistoryOrderGetInteger(ticket, ORDER_STATE));
   }
   if(word == "") return false;
   double lots = 0;
   string fills = Deals(ticket, symbol, lots);
   json = "{\"id\":" + Quoted(id) + ",\"venue_id\":" + Quoted((string)ticket) + ",\"symbol\":" + Quoted(symbol)
      + ",\"status\":\"" + word + "\",\"reason\":\"\",\"filled_lots\":" + Quoted(Number(lots, 8)) + ",\"fills\":[" + fills + "]}";
   return true;
}

string Deals(const ulong order, const string symbol, double &lots)
{
   string fills = "";
   if(!HistorySelect(0, TimeCurrent() + 86400)) return fills;
   string currency = AccountInfoString(ACCOUNT_CURRENCY);
   int digits = (int)SymbolInfoInteger(symbol, SYMBOL_DIGITS);
   // The terminal stamps deals with the server's time; the difference makes UTC of it.
   long offset_ms = ((long)TimeTradeServer() - (long)TimeGMT()) * 1000;
   for(int i = 0; i < HistoryDealsTotal(); i++)
   {
      ulong deal = HistoryDealGetTicket(i);
      if(deal == 0 || (ulong)HistoryDealGetInteger(deal, DEAL_ORDER) != order) continue;
      double volume = HistoryDealGetDouble(deal, DEAL_VOLUME);
      // A commission is below nothing where it costs.
      double fee = -(HistoryDealGetDouble(deal, DEAL_COMMISSION) + HistoryDealGetDouble(deal, DEAL_FEE));
      lots += volume;
      fills += (fills == "" ? "" : ",") + "{\"trade_id\":" + Quoted((string)deal) + ",\"lots\":" + Quoted(Number(volume, 8))
         + ",\"price\":" + Quoted(Number(HistoryDealGetDouble(deal, DEAL_PRICE), digits)) + ",\"fee\":" + Quoted(Number(fee, 8))
         + ",\"fee_currency\":" + Quoted(currency) + ",\"time_ms\":" + (string)(HistoryDealGetInteger(deal, DEAL_TIME_MSC) - offset_ms) + "}";
   }
   return fills;
}
