using Carousel.Bench.Peers;

namespace Carousel.Bench.Load;

/// <summary>All scenarios, in the order of the report.</summary>
internal static class ScenarioCatalog
{
    public const string Small64 = "small64", Small256 = "small256", Ten = "10k", Megabyte = "1m", Upload = "upload",
        UploadStreamed = "upload-streamed", Close = "close", SessionReturning = "session-returning", SessionNew = "session-new", Idle = "idle", Start = "start";

    public static IReadOnlyList<LoadScenario> Loads { get; } =
    [
        new(Small64, "64-byte responses, 64 keep-alive connections", "/64", 64) { FitsFloor = true },
        new(Small256, "64-byte responses, 256 keep-alive connections", "/64", 256) { FitsFloor = true },
        new(Ten, "10 KB responses, 64 keep-alive connections", "/10k", 64) { FitsFloor = true },
        new(Megabyte, "1 MB responses, 16 keep-alive connections", "/1m", 16) { Unit = "MB" },
        new(Upload, "1 MB uploads, 16 keep-alive connections", "/upload", 16) { Unit = "MB", Uploads = true },
        new(UploadStreamed, "1 MB uploads, nginx told to pass them on unbuffered", "/upload/streamed", 16)
        {
            Unit = "MB",
            Uploads = true,
        },
        new(Close, "64-byte responses, a new connection each, 64 at a time", "/64", 64) { Closes = true },
        new(SessionReturning, "64-byte responses, 64 keep-alive connections, 1,000 clients with their cookies", "/64", 64)
        {
            NeedsSessions = true,
            Sessions = 1000,
        },
        new(SessionNew, "64-byte responses, 64 keep-alive connections, a new session each request", "/64", 64) { NeedsSessions = true },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Loads.Select(load => load.Name), Idle, Start];

    /// <summary>Whose numbers count in a scenario.</summary>
    public static string OwnPeer(string name) => Loads.FirstOrDefault(load => load.Name == name)?.Own ?? CarouselPeer.ProductName;
}
