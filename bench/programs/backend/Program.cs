using Carousel.Bench.Backend;
using Carousel.Bench.Wire;

// A server of the pool: keep-alive HTTP/1.1 on loopback, until it is killed. All arguments are required:
//   --port N --name WORD --record FILE --slots N --service-us N --shape fixed|exponential --speed X --seed N
var arguments = new Arguments(args);
var service = new ServiceTime(
    arguments.Number("--service-us"), arguments.Text("--shape") == "exponential", arguments.Number("--speed"), arguments.Whole("--seed"));
var server = new Server(arguments.Text("--name"), new Slots(arguments.Whole("--slots"), service), new Record(arguments.Text("--record")));
return server.Run(arguments.Whole("--port"));
