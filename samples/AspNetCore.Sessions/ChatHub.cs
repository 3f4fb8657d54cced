using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace Carousel.Samples.AspNetCore.Sessions;

/// <summary>Sends a client's message to all clients, on all servers. Users authenticate with the login cookie or with a JWT.</summary>
[Authorize(AuthenticationSchemes = $"{CookieAuthenticationDefaults.AuthenticationScheme},{JwtBearerDefaults.AuthenticationScheme}")]
internal sealed class ChatHub : Hub
{
    public const string Path = "/chat";

    public Task Say(string text) => Clients.All.SendAsync("said", Context.User?.Identity?.Name, text);

    /// <summary>The port of the server that this client is connected to.</summary>
    public int Server() => Context.GetHttpContext()!.Connection.LocalPort;
}
