using Microsoft.Playwright;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(Carousel.Browser.Chromium))]
// A browser and a balancer each: more at once than there are cores only makes all of them slow.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = 2)]

namespace Carousel.Browser;

/// <summary>Debian's Chromium, driven by Playwright; one for all tests, each of which has a profile of its own in it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>Where it is, unless the environment's CAROUSEL_CHROMIUM says otherwise.</summary>
    private const string Path = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("CAROUSEL_CHROMIUM") ?? Path,
            // As root, in a container: there is no sandbox to be had. What it opens is ours.
            Args = ["--no-sandbox"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }

    /// <summary>A page of a profile of its own.</summary>
    internal Task<IBrowserContext> ProfileAsync(BrowserNewContextOptions? options = null) => _browser!.NewContextAsync(options ?? new BrowserNewContextOptions());
}
