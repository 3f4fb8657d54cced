using Carousel.Cli;
using Carousel.Control.Store.Records;
using Carousel.Core.Config;
using Carousel.Core.Sessions;
using Carousel.Files;

namespace Carousel.Commands;

/// <summary><c>carousel session list</c>, <c>carousel session show</c></summary>
internal static class SessionCommand
{
    public static int Run(Request.Sessions request)
    {
        if (StorePassword.Add(request.Store, request.PasswordFile, Environment.GetEnvironmentVariable, out string error) is not { } address)
        {
            Console.Error.WriteLine($"carousel: {error}");
            return ExitCode.BadInput;
        }
        (LookupResult result, string text) = ReadAsync(request, address).GetAwaiter().GetResult();
        if (result is LookupResult.NoStore or LookupResult.NotUnderstood)
        {
            Console.Error.WriteLine($"carousel: {text}");
            return result == LookupResult.NoStore ? ExitCode.CannotStart : ExitCode.BadInput;
        }
        Console.Out.WriteLine(text);
        return result == LookupResult.Found ? ExitCode.Ok : ExitCode.CannotStart;
    }

    private static Task<(LookupResult Result, string Text)> ReadAsync(Request.Sessions request, StoreAddress address) => request.Shown is null
        ? SessionLookup.ListAsync(address, request.Limit, TimeProvider.System)
        : SessionLookup.ShowAsync(address, request.Shown, new SessionOptions(), TimeProvider.System);
}
