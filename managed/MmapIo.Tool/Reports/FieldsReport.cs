namespace MmapIo.Tool.Reports;

/// <summary>
/// One line per file for pipes and files: tabs between the fields, the first of which is the path. Scripts read it:
/// fields may be added after the last, but none renamed, moved or left out.
/// </summary>
internal sealed class FieldsReport<T>(TextWriter output, Func<T, IEnumerable<string>> fields) : IReport<T>
{
    public void Add(T file) => output.Write(string.Join('\t', fields(file).Select(Printable.Escape)) + "\n");

    public void Dispose() => output.Flush();
}
