// As much of MQL5 and of a MetaTrader 5 terminal as the Expert Advisor of config/bridges/mt5 uses, in C++,
// with an account that trades: so that the Expert Advisor itself can be compiled and run in tests.
// MetaTrader runs on Windows only; what it shows here is what the MQL5 reference says of it. Arrays of
// MQL5 grow, so `mql2cpp` makes Array<T> of them.

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>
#include <map>
#include <string>
#include <vector>

typedef unsigned long ulong;
typedef unsigned int uint;
typedef unsigned short ushort;
typedef unsigned char uchar;

// A text of MQL5: made of any number by a cast.
struct string : std::string {
  string() {}
  string(const char *text) : std::string(text) {}
  string(const std::string &text) : std::string(text) {}
  string(long number) : std::string(std::to_string(number)) {}
  string(ulong number) : std::string(std::to_string(number)) {}
  string(int number) : std::string(std::to_string(number)) {}
  string(uint number) : std::string(std::to_string(number)) {}
};
inline string operator+(const string &a, const string &b) { return string(std::string(a) + std::string(b)); }
inline string operator+(const char *a, const string &b) { return string(std::string(a) + std::string(b)); }
inline string operator+(const string &a, const char *b) { return string(std::string(a) + b); }

template <class T> struct Array {
  std::vector<T> items;
  T &operator[](int i) { return items.at(i); }
  const T &operator[](int i) const { return items.at(i); }
};
template <class T> int ArraySize(const Array<T> &a) { return (int)a.items.size(); }
template <class T> int ArrayResize(Array<T> &a, int n, int = 0) { a.items.resize(n); return n; }
template <class T> bool ArrayRemove(Array<T> &a, int at, int n) { a.items.erase(a.items.begin() + at, a.items.begin() + at + n); return true; }
template <class T> void ZeroMemory(T &t) { t = T(); }
template <class T> T MathMin(T a, T b) { return a < b ? a : b; }
template <class T> T MathMax(T a, T b) { return a > b ? a : b; }

#define input static
#define WHOLE_ARRAY -1
#define CP_UTF8 65001
#define INVALID_HANDLE -1
#define MT5_E(name, ...) enum name { __VA_ARGS__ };
MT5_E(ENUM_INIT, INIT_SUCCEEDED, INIT_FAILED, INIT_PARAMETERS_INCORRECT)
MT5_E(ENUM_ACCOUNT_INFO, ACCOUNT_LOGIN, ACCOUNT_TRADE_MODE, ACCOUNT_TRADE_ALLOWED, ACCOUNT_TRADE_EXPERT, ACCOUNT_MARGIN_MODE, ACCOUNT_EQUITY, ACCOUNT_MARGIN, ACCOUNT_CURRENCY)
MT5_E(ENUM_ACCOUNT_TRADE_MODE, ACCOUNT_TRADE_MODE_DEMO, ACCOUNT_TRADE_MODE_CONTEST, ACCOUNT_TRADE_MODE_REAL)
MT5_E(ENUM_ACCOUNT_MARGIN_MODE, ACCOUNT_MARGIN_MODE_RETAIL_NETTING, ACCOUNT_MARGIN_MODE_RETAIL_HEDGING)
MT5_E(ENUM_TERMINAL_INFO, TERMINAL_CONNECTED, TERMINAL_TRADE_ALLOWED)
MT5_E(ENUM_MQL_INFO, MQL_TRADE_ALLOWED)
MT5_E(ENUM_SYMBOL_INFO, SYMBOL_FILLING_MODE, SYMBOL_TRADE_MODE, SYMBOL_CURRENCY_BASE, SYMBOL_CURRENCY_PROFIT, SYMBOL_DIGITS, SYMBOL_TRADE_TICK_SIZE, SYMBOL_VOLUME_STEP, SYMBOL_VOLUME_MIN, SYMBOL_VOLUME_MAX, SYMBOL_TRADE_CONTRACT_SIZE, SYMBOL_ORDER_MODE, SYMBOL_ASK, SYMBOL_BID)
MT5_E(ENUM_SYMBOL_MODE, SYMBOL_TRADE_MODE_DISABLED, SYMBOL_TRADE_MODE_FULL)
const long SYMBOL_FILLING_FOK = 1, SYMBOL_FILLING_IOC = 2, SYMBOL_ORDER_CLOSEBY = 64;
MT5_E(ENUM_ORDER_TYPE, ORDER_TYPE_BUY, ORDER_TYPE_SELL, ORDER_TYPE_BUY_LIMIT, ORDER_TYPE_SELL_LIMIT, ORDER_TYPE_BUY_STOP, ORDER_TYPE_SELL_STOP, ORDER_TYPE_BUY_STOP_LIMIT, ORDER_TYPE_SELL_STOP_LIMIT, ORDER_TYPE_CLOSE_BY)
MT5_E(ENUM_ORDER_STATE, ORDER_STATE_STARTED, ORDER_STATE_PLACED, ORDER_STATE_CANCELED, ORDER_STATE_PARTIAL, ORDER_STATE_FILLED, ORDER_STATE_REJECTED, ORDER_STATE_EXPIRED, ORDER_STATE_REQUEST_ADD, ORDER_STATE_REQUEST_MODIFY, ORDER_STATE_REQUEST_CANCEL)
MT5_E(ENUM_ORDER_TYPE_FILLING, ORDER_FILLING_FOK, ORDER_FILLING_IOC, ORDER_FILLING_RETURN)
MT5_E(ENUM_ORDER_TYPE_TIME, ORDER_TIME_GTC)
MT5_E(ENUM_ACTION, TRADE_ACTION_DEAL, TRADE_ACTION_PENDING, TRADE_ACTION_REMOVE, TRADE_ACTION_CLOSE_BY)
MT5_E(ENUM_ORDER_PROPERTY, ORDER_COMMENT, ORDER_MAGIC, ORDER_TYPE, ORDER_SYMBOL, ORDER_VOLUME_CURRENT, ORDER_STATE)
MT5_E(ENUM_DEAL_PROPERTY, DEAL_ORDER, DEAL_ENTRY, DEAL_VOLUME, DEAL_COMMISSION, DEAL_FEE, DEAL_PRICE, DEAL_TIME_MSC)
MT5_E(ENUM_DEAL_ENTRY, DEAL_ENTRY_IN, DEAL_ENTRY_OUT, DEAL_ENTRY_INOUT, DEAL_ENTRY_OUT_BY)
MT5_E(ENUM_POSITION_PROPERTY, POSITION_SYMBOL, POSITION_VOLUME, POSITION_TYPE, POSITION_MAGIC)
MT5_E(ENUM_POSITION_TYPE, POSITION_TYPE_BUY, POSITION_TYPE_SELL)
MT5_E(ENUM_TRANSACTION, TRADE_TRANSACTION_DEAL_ADD, TRADE_TRANSACTION_HISTORY_ADD, TRADE_TRANSACTION_ORDER_UPDATE)
enum { FILE_READ = 1, FILE_WRITE = 2, FILE_TXT = 4, FILE_ANSI = 8 };
enum {
  TRADE_RETCODE_REQUOTE = 10004, TRADE_RETCODE_REJECT = 10006, TRADE_RETCODE_PLACED = 10008, TRADE_RETCODE_DONE, TRADE_RETCODE_DONE_PARTIAL,
  TRADE_RETCODE_INVALID = 10013, TRADE_RETCODE_INVALID_VOLUME, TRADE_RETCODE_INVALID_PRICE, TRADE_RETCODE_INVALID_STOPS, TRADE_RETCODE_TRADE_DISABLED,
  TRADE_RETCODE_MARKET_CLOSED, TRADE_RETCODE_NO_MONEY, TRADE_RETCODE_PRICE_CHANGED, TRADE_RETCODE_PRICE_OFF, TRADE_RETCODE_INVALID_EXPIRATION,
  TRADE_RETCODE_ORDER_CHANGED, TRADE_RETCODE_TOO_MANY_REQUESTS, TRADE_RETCODE_SERVER_DISABLES_AT = 10026, TRADE_RETCODE_CLIENT_DISABLES_AT,
  TRADE_RETCODE_FROZEN = 10029, TRADE_RETCODE_INVALID_FILL, TRADE_RETCODE_ONLY_REAL = 10032, TRADE_RETCODE_LIMIT_ORDERS, TRADE_RETCODE_LIMIT_VOLUME,
  TRADE_RETCODE_INVALID_ORDER, TRADE_RETCODE_LONG_ONLY = 10042, TRADE_RETCODE_SHORT_ONLY, TRADE_RETCODE_CLOSE_ONLY
};

struct MqlTick { double bid = 0, ask = 0; long time_msc = 0; };
struct MqlTradeRequest {
  ENUM_ACTION action = TRADE_ACTION_DEAL; ulong magic = 0, order = 0; string symbol, comment; double volume = 0, price = 0, stoplimit = 0;
  ulong deviation = 0, position = 0, position_by = 0; ENUM_ORDER_TYPE type = ORDER_TYPE_BUY;
  ENUM_ORDER_TYPE_FILLING type_filling = ORDER_FILLING_FOK; ENUM_ORDER_TYPE_TIME type_time = ORDER_TIME_GTC;
};
struct MqlTradeResult { uint retcode = 0; ulong deal = 0, order = 0; string comment; };
struct MqlTradeCheckResult { uint retcode = 0; string comment; };
struct MqlTradeTransaction { ENUM_TRANSACTION type; ulong deal = 0, order = 0; };

// The account, which outlives the program as a broker does: kept in a file of its own.
struct StubOrder { ulong ticket; string symbol, comment; ENUM_ORDER_TYPE type; ENUM_ORDER_STATE state; double lots, price; ulong magic; };
struct StubDeal { ulong ticket, order; string symbol; double lots, price; long time; };
extern std::vector<StubOrder> stub_orders;
extern std::vector<StubDeal> stub_deals;
extern double stub_price;
void stub_save();
void OnTradeTransaction(const MqlTradeTransaction &, const MqlTradeRequest &, const MqlTradeResult &);

template <class... T> void Print(T... parts) { (std::cout << ... << parts) << std::endl; }
template <class... T> void Alert(T... parts) { Print(parts...); }
template <class... T> void Comment(T...) {}
template <class... T> string StringFormat(const char *form, T... parts) { char out[200]; snprintf(out, sizeof out, form, parts...); return out; }

inline int stub_error = 0;
inline void ResetLastError() { stub_error = 0; }
inline int GetLastError() { return stub_error; }
inline ulong GetMicrosecondCount() { timeval t; gettimeofday(&t, 0); return t.tv_sec * 1000000ul + t.tv_usec; }
inline ulong GetTickCount64() { return GetMicrosecondCount() / 1000; }
inline long TimeLocal() { return time(0); }
inline long TimeGMT() { return time(0); }
inline long TimeTradeServer() { return time(0) + 7200; }
inline long TimeCurrent() { return TimeTradeServer(); }
inline void MathSrand(int seed) { srand(seed); }
inline int MathRand() { return rand() % 32768; }
inline bool EventSetMillisecondTimer(int) { return true; }
inline void EventKillTimer() {}

inline int StringLen(const string &s) { return (int)s.size(); }
inline ushort StringGetCharacter(const string &s, int at) { return (uchar)s[at]; }
inline int StringFind(const string &s, const string &part) { auto at = s.find(part); return at == std::string::npos ? -1 : (int)at; }
inline string StringSubstr(const string &s, int at, int n) { return string(s.substr(at, n)); }
inline int StringCompare(const string &a, const string &b) { return a.compare(b); }
inline string ShortToString(ushort c) { return string(std::string(1, (char)c)); }
inline double StringToDouble(const string &s) { return atof(s.c_str()); }
inline long StringToInteger(const string &s) { return atol(s.c_str()); }
inline string DoubleToString(double v, int digits) { char out[64]; snprintf(out, sizeof out, "%.*f", digits, v); return out; }
inline int StringReplace(string &s, const string &from, const string &to) {
  int n = 0;
  for (size_t at = s.find(from); at != std::string::npos; at = s.find(from, at + to.size()), n++) s.replace(at, from.size(), to);
  return n;
}
inline int StringSplit(const string &s, ushort by, Array<string> &out) {
  out.items.clear();
  size_t start = 0;
  for (size_t at; (at = s.find((char)by, start)) != std::string::npos; start = at + 1) out.items.push_back(string(s.substr(start, at - start)));
  out.items.push_back(string(s.substr(start)));
  return ArraySize(out);
}
inline int StringToCharArray(const string &s, Array<char> &out, int, int, int) { out.items.assign(s.begin(), s.end()); out.items.push_back(0); return ArraySize(out); }
inline string CharArrayToString(const Array<char> &a, int, int, int) { return string(std::string(a.items.begin(), a.items.end())); }

// Files: one, for the log of ids.
inline FILE *stub_file = 0;
inline int FileOpen(const string &name, int) {
  stub_file = fopen(name.c_str(), "r+");
  if (!stub_file) stub_file = fopen(name.c_str(), "w+");
  return stub_file ? 1 : INVALID_HANDLE;
}
inline bool FileIsEnding(int) { int c = fgetc(stub_file); if (c == EOF) return true; ungetc(c, stub_file); return false; }
inline string FileReadString(int) { std::string line; for (int c; (c = fgetc(stub_file)) != EOF && c != '\n';) line += (char)c; return string(line); }
enum { STUB_END = SEEK_END };
inline bool FileSeek(int, long offset, int origin) { return fseek(stub_file, offset, origin) == 0; }
inline uint FileWriteString(int, const string &s) { return (uint)fwrite(s.data(), 1, s.size(), stub_file); }
inline void FileFlush(int) { fflush(stub_file); fsync(fileno(stub_file)); }
inline ulong FileSize(int) { long at = ftell(stub_file); fseek(stub_file, 0, SEEK_END); long n = ftell(stub_file); fseek(stub_file, at, SEEK_SET); return n; }
inline void FileClose(int) { fclose(stub_file); stub_file = 0; }

// The terminal: connected, with trading allowed, and the account a demo one that hedges.
inline long TerminalInfoInteger(ENUM_TERMINAL_INFO) { return 1; }
inline long MQLInfoInteger(ENUM_MQL_INFO) { return 1; }
inline long AccountInfoInteger(ENUM_ACCOUNT_INFO what) {
  switch (what) { case ACCOUNT_LOGIN: return 5012345; case ACCOUNT_TRADE_MODE: return ACCOUNT_TRADE_MODE_DEMO; case ACCOUNT_MARGIN_MODE: return ACCOUNT_MARGIN_MODE_RETAIL_NETTING; default: return 1; }
}
inline double AccountInfoDouble(ENUM_ACCOUNT_INFO what) { return what == ACCOUNT_EQUITY ? 10000.25 : 12.5; }
inline string AccountInfoString(ENUM_ACCOUNT_INFO) { return "USD"; }

// One symbol.
inline const char *STUB_SYMBOL = "EURUSD";
inline bool SymbolSelect(const string &name, bool) { return name == STUB_SYMBOL; }
inline int SymbolsTotal(bool) { return 1; }
inline string SymbolName(int, bool) { return STUB_SYMBOL; }
inline long SymbolInfoInteger(const string &, ENUM_SYMBOL_INFO what) {
  switch (what) { case SYMBOL_DIGITS: return 5; case SYMBOL_TRADE_MODE: return SYMBOL_TRADE_MODE_FULL; case SYMBOL_FILLING_MODE: return SYMBOL_FILLING_IOC; default: return 0; }
}
inline double SymbolInfoDouble(const string &, ENUM_SYMBOL_INFO what) {
  switch (what) {
    case SYMBOL_TRADE_TICK_SIZE: return 0.00001; case SYMBOL_VOLUME_STEP: case SYMBOL_VOLUME_MIN: return 0.01; case SYMBOL_VOLUME_MAX: return 50;
    case SYMBOL_TRADE_CONTRACT_SIZE: return 100000; default: return stub_price;
  }
}
inline string SymbolInfoString(const string &, ENUM_SYMBOL_INFO what) { return what == SYMBOL_CURRENCY_BASE ? "EUR" : "USD"; }
inline bool SymbolInfoTick(const string &, MqlTick &tick) { tick.bid = tick.ask = stub_price; tick.time_msc = TimeTradeServer() * 1000; return true; }

// Orders, history and positions, as the terminal lists them.
inline bool stub_open(const StubOrder &o) { return o.state == ORDER_STATE_PLACED; }
inline StubOrder *stub_selected = 0;
inline StubOrder *stub_find(ulong ticket) { for (auto &o : stub_orders) if (o.ticket == ticket) return &o; return 0; }
inline int OrdersTotal() { int n = 0; for (auto &o : stub_orders) n += stub_open(o); return n; }
inline bool OrderSelect(ulong ticket) { auto o = stub_find(ticket); if (!o || !stub_open(*o)) return false; stub_selected = o; return true; }
inline ulong OrderGetTicket(int i) { for (auto &o : stub_orders) if (stub_open(o) && i-- == 0) { stub_selected = &o; return o.ticket; } return 0; }
inline string OrderGetString(ENUM_ORDER_PROPERTY what) { return what == ORDER_COMMENT ? stub_selected->comment : stub_selected->symbol; }
inline long OrderGetInteger(ENUM_ORDER_PROPERTY what) { return what == ORDER_MAGIC ? (long)stub_selected->magic : what == ORDER_TYPE ? (long)stub_selected->type : (long)stub_selected->state; }
inline double OrderGetDouble(ENUM_ORDER_PROPERTY) { return stub_selected->lots; }
inline bool HistorySelect(long, long) { return true; }
inline int HistoryOrdersTotal() { return (int)stub_orders.size() - OrdersTotal(); }
inline ulong HistoryOrderGetTicket(int i) { for (auto &o : stub_orders) if (!stub_open(o) && i-- == 0) return o.ticket; return 0; }
inline bool HistoryOrderSelect(ulong ticket) { auto o = stub_find(ticket); return o && !stub_open(*o); }
inline string HistoryOrderGetString(ulong t, ENUM_ORDER_PROPERTY what) { auto o = stub_find(t); return what == ORDER_COMMENT ? o->comment : o->symbol; }
inline long HistoryOrderGetInteger(ulong t, ENUM_ORDER_PROPERTY what) { auto o = stub_find(t); return what == ORDER_MAGIC ? (long)o->magic : what == ORDER_TYPE ? (long)o->type : (long)o->state; }
inline int HistoryDealsTotal() { return (int)stub_deals.size(); }
inline ulong HistoryDealGetTicket(int i) { return stub_deals[i].ticket; }
inline bool HistoryDealSelect(ulong) { return true; }
inline StubDeal *stub_deal(ulong t) { for (auto &d : stub_deals) if (d.ticket == t) return &d; return 0; }
inline long HistoryDealGetInteger(ulong t, ENUM_DEAL_PROPERTY what) { auto d = stub_deal(t); return what == DEAL_ORDER ? (long)d->order : what == DEAL_TIME_MSC ? d->time : (long)DEAL_ENTRY_IN; }
inline double HistoryDealGetDouble(ulong t, ENUM_DEAL_PROPERTY what) { auto d = stub_deal(t); return what == DEAL_VOLUME ? d->lots : what == DEAL_PRICE ? d->price : what == DEAL_COMMISSION ? -0.7 : 0; }
inline double stub_held() { double sum = 0; for (auto &d : stub_deals) { auto o = stub_find(d.order); bool buys = o->type == ORDER_TYPE_BUY || o->type == ORDER_TYPE_BUY_LIMIT || o->type == ORDER_TYPE_BUY_STOP; sum += buys ? d.lots : -d.lots; } return sum; }
inline int PositionsTotal() { return std::fabs(stub_held()) > 1e-9; }
inline ulong PositionGetTicket(int) { return 1; }
inline string PositionGetString(ENUM_POSITION_PROPERTY) { return STUB_SYMBOL; }
inline double PositionGetDouble(ENUM_POSITION_PROPERTY) { return std::fabs(stub_held()); }
inline long PositionGetInteger(ENUM_POSITION_PROPERTY what) { return what == POSITION_TYPE ? (stub_held() < 0 ? POSITION_TYPE_SELL : POSITION_TYPE_BUY) : 0; }

inline void stub_trade(StubOrder &o) {
  o.state = ORDER_STATE_FILLED;
  stub_deals.push_back({9000 + stub_deals.size(), o.ticket, o.symbol, o.lots, stub_price, TimeTradeServer() * 1000});
  stub_save();
  MqlTradeTransaction t; t.type = TRADE_TRANSACTION_DEAL_ADD; t.deal = stub_deals.back().ticket;
  OnTradeTransaction(t, MqlTradeRequest(), MqlTradeResult());
}
inline bool OrderCheck(const MqlTradeRequest &r, MqlTradeCheckResult &c) { c.retcode = r.volume < 0.01 ? 10014 : 0; c.comment = c.retcode ? "Invalid volume" : ""; return c.retcode == 0; }
inline bool OrderSend(const MqlTradeRequest &r, MqlTradeResult &result) {
  if (r.action == TRADE_ACTION_REMOVE) {
    auto o = stub_find(r.order);
    if (!o || !stub_open(*o)) { result.retcode = TRADE_RETCODE_INVALID_ORDER; return false; }
    o->state = ORDER_STATE_CANCELED;
    stub_save();
    result.retcode = TRADE_RETCODE_DONE;
    return true;
  }
  bool waits = r.action == TRADE_ACTION_PENDING;
  stub_orders.push_back({7000 + stub_orders.size(), r.symbol, r.comment, r.type, ORDER_STATE_PLACED, r.volume, r.price, r.magic});
  stub_save();
  result.order = stub_orders.back().ticket;
  if (!waits) stub_trade(stub_orders.back());
  result.retcode = waits ? TRADE_RETCODE_PLACED : TRADE_RETCODE_DONE;
  return true;
}

// One HTTP request on a connection of its own, as WebRequest makes it.
inline int WebRequest(const string &method, const string &url, const string &headers, int timeout, const Array<char> &data, Array<char> &result, string &) {
  std::string rest = url.substr(7), host = rest.substr(0, rest.find('/')), path = rest.substr(rest.find('/'));
  int s = socket(AF_INET, SOCK_STREAM, 0);
  timeval limit{timeout / 1000, timeout % 1000 * 1000};
  setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = inet_addr(host.substr(0, host.find(':')).c_str());
  to.sin_port = htons((ushort)atoi(host.substr(host.find(':') + 1).c_str()));
  std::string all, request = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + headers + "Content-Length: " + std::to_string(data.items.size()) + "\r\n\r\n" + std::string(data.items.begin(), data.items.end());
  char buffer[65536];
  if (connect(s, (sockaddr *)&to, sizeof to) == 0 && write(s, request.data(), request.size()) == (ssize_t)request.size())
    for (ssize_t n; (n = read(s, buffer, sizeof buffer)) > 0;) all.append(buffer, n);
  close(s);
  size_t end = all.find("\r\n\r\n");
  if (all.size() < 12 || end == std::string::npos) { stub_error = 5203; return -1; }
  all[0] = all[0];
  result.items.assign(all.begin() + end + 4, all.end());
  return atoi(all.c_str() + 9);
}
