using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MmapIo.Tool.Files;

namespace MmapIo.Tool.Reports;

/// <summary>
/// A JSON array of one object per file, and each object on a line of its own: whole for a parser, and still fit for
/// tools that go by lines. Written as it goes, so that a long list of files costs no memory.
/// </summary>
internal class JsonReport<T>(TextWriter output, JsonTypeInfo<T> type) : IReport<T>
{
    private bool _begun;

    public void Add(T file)
    {
        string json = JsonSerializer.Serialize(file, type);
        output.Write((_begun ? ",\n" : "[\n") + json);
        _begun = true;
    }

    public void Dispose() => output.Write(_begun ? "\n]\n" : "[]\n");
}

/// <summary>The same with the slices of each file.</summary>
internal sealed class ResidencyJsonReport(TextWriter output)
    : JsonReport<FileResidency>(output, ReportJson.Default.FileResidency), IResidencyReport
{
    public int SliceLimit => TextReport.StripWidth;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FileResidency))]
[JsonSerializable(typeof(FileEviction))]
[JsonSerializable(typeof(FilePrefetch))]
internal sealed partial class ReportJson : JsonSerializerContext;
