using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace Carousel.Samples.AspNetCore.Sessions;

/// <summary>Sends what a client says to all clients, whichever server they are connected to. Users come with the login's cookie or with a JWT.</summary>
[Authorize(AuthenticationSchemes = $"{CookieAuthenticationDefaults.AuthenticationScheme},{JwtBearerDefaults.AuthenticationScheme}")]
internal sealed class ChatHub : Hub
{
    public const string Path = "/chat";

    public Task Say(string text) => Clients.All.SendAsync("said", Context.User?.Identity?.Name, text);

    /// <summary>The port of the server that this client is connected to.</summary>
    public int Server() => Context.GetHttpContext()!.Connection.LocalPort;
}
