// Prints the description of the interface over HTTP, for those who make clients.
using System.Text;
using MedAI.Streaming.Host.Web.OpenApi;

namespace MedAI.Streaming.Host.Commands;

/// <summary><c>medai api</c>.</summary>
internal sealed class ApiCommand : MedaiCommand
{
    public ApiCommand(CommandLine line)
        : base("api", "Prints the description of the interface over HTTP (OpenAPI 3.1).", "medai api > openapi.json") =>
        SetAction(_ =>
        {
            line.Surroundings.Output.Write(Encoding.UTF8.GetString(ApiDocument.Json.Span));
            return ExitCodes.Ok;
        });
}
