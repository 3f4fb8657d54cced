using Carousel.Cli;
using Carousel.Core.Config;

namespace Carousel.Commands;

/// <summary><c>carousel -f servers.txt</c></summary>
internal static class RunCommand
{
    public static int Run(Request.Run request)
    {
        ServersFile file = ServersFileReader.Read(request.File);
        return file.IsValid ? Balancer.Run(file.Servers, request.Settings) : FileErrors.Print(request.File, file, Console.Error);
    }
}
