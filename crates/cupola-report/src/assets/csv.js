for (const table of document.querySelectorAll("table")) {
  const button = document.createElement("button");
  button.className = "csv";
  button.type = "button";
  button.textContent = "CSV";
  button.title = "Download this table as CSV";
  button.addEventListener("click", () => {
    const cell = (c) => '"' + (c.dataset.csv ?? c.textContent).trim().replaceAll('"', '""') + '"';
    const rows = [...table.rows].map((r) => [...r.cells].map(cell).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + rows.join("\r\n")], { type: "text/csv" }));
    link.download = table.id + ".csv";
    link.click();
    URL.revokeObjectURL(link.href);
  });
  table.caption?.append(button);
}
