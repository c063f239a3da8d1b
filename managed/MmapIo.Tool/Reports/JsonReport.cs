using System.Text.Json;
using System.Text.Json.Serialization;
using MmapIo.Tool.Files;

namespace MmapIo.Tool.Reports;

/// <summary>
/// A JSON array of one object per file, and each object on a line of its own: whole for a parser, and still fit for
/// tools that go by lines. Written as it goes, so that a long list of files costs no memory.
/// </summary>
internal sealed class JsonReport(TextWriter output) : IResidencyReport
{
    private bool _begun;

    public int SliceLimit => TextReport.StripWidth;

    public void Add(FileResidency file)
    {
        string json = JsonSerializer.Serialize(file, ResidencyJson.Default.FileResidency);
        output.Write((_begun ? ",\n" : "[\n") + json);
        _begun = true;
    }

    public void Dispose() => output.Write(_begun ? "\n]\n" : "[]\n");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FileResidency))]
internal sealed partial class ResidencyJson : JsonSerializerContext;
