using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Carousel.Samples.AspNetCore.Sessions;

/// <summary>JWTs, signed and validated with a key that all servers share. With an identity provider, only <see cref="Accept"/> is needed.</summary>
internal sealed class Tokens(string secret)
{
    private const string Shop = "shop";

    private readonly SymmetricSecurityKey _key = new(Encoding.UTF8.GetBytes(secret));

    public string Issue(string name) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Shop,
        Audience = Shop,
        Expires = DateTime.UtcNow.AddHours(1),
        Claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Name] = name },
        SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
    });

    public void Accept(JwtBearerOptions bearer)
    {
        bearer.MapInboundClaims = false;
        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = Shop,
            ValidAudience = Shop,
            IssuerSigningKey = _key,
            NameClaimType = JwtRegisteredClaimNames.Name,
        };
        // Browsers can't send Authorization with a WebSocket, so SignalR's client puts the token into the query.
        bearer.Events = new JwtBearerEvents
        {
            OnMessageReceived = context =>
            {
                if (context.Request.Path.StartsWithSegments(ChatHub.Path))
                {
                    context.Token = context.Request.Query["access_token"];
                }
                return Task.CompletedTask;
            },
        };
    }
}
