using Carousel.Bench.Client;
using Carousel.Bench.Wire;

// An open-loop load on a proxy on loopback: responses do not change the schedule of requests. All arguments are required:
//   --port N --rate N --seconds N --arrivals poisson|uniform --post-share X --seed N --posts FILE
var arguments = new Arguments(args);
double rate = arguments.Number("--rate");
var arrivals = new Arrivals(
    rate, arguments.Text("--arrivals") == "poisson", arguments.Number("--post-share"), (long)(rate * arguments.Number("--seconds")), arguments.Whole("--seed"));
using var posts = new StreamWriter(arguments.Text("--posts"));
var tally = new Tally((long)(1e6 * arguments.Number("--seconds")), posts);
new Load(arguments.Whole("--port"), arrivals, tally).Run();
tally.Write(Console.Out);
