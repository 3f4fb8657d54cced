using Carousel.Cli;
using Carousel.Control.Admin;
using Carousel.Core.Telemetry;
using Carousel.Logging;

namespace Carousel;

/// <summary>The admin side of a running balancer. Traffic goes on without it.</summary>
/// <param name="settings">From the command line.</param>
/// <param name="context">What it shows and changes.</param>
internal sealed class AdminSide(RunSettings settings, AdminContext context) : IDisposable
{
    private AdminServer? _server;

    /// <summary>Where it is, the dashboard first of all, as a link; null if it is not there.</summary>
    public string? Url => _server is null ? null : Link.Of(_server.EndPoint) + "/";

    /// <summary>
    /// Starts it, if it is wanted. False with a line on standard error if it can't be had, though it was asked for; where the default address
    /// is taken, as by another balancer on this machine, the line is only a warning.
    /// </summary>
    /// <param name="warn">Takes the warning.</param>
    /// <param name="writer">Takes the line that ends the start.</param>
    public bool Start(ReportEvent warn, LogWriter writer)
    {
        if (settings.Admin is null)
        {
            return true;
        }
        try
        {
            _server = AdminServer.StartAsync(settings.Admin, context).GetAwaiter().GetResult();
            return true;
        }
        catch (AdminStartException e) when (settings.IsAdminGiven)
        {
            writer.Fail(e.Message);
            return false;
        }
        catch (AdminStartException e)
        {
            warn(EventLevel.Warning, $"no admin side: {e.Message}");
            return true;
        }
    }

    public void Dispose() => _server?.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
